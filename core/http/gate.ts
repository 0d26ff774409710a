import type { Context } from '../context.ts';
import type { AppError } from '../error.ts';
import type { Log } from '../log.ts';
import { headerOf, type Dialect, type HttpReply, type HttpRequest } from './dialect.ts';

/** A request as a guard sees it, before anybody knows who is calling. */
export interface Visitor {
  /** What is asked for: of `/index.php?_url=…` that. */
  readonly path: string;
  readonly url: string;
  readonly ip: string;
  readonly isSecure: boolean;
  readonly referer: string | undefined;
}

/** Stands before all else (spec A9). Each part is absent while staff do not want it. */
export interface Guard {
  /** Where the same is to be asked instead. */
  readonly redirect?: (visitor: Visitor) => string | undefined;
  /** Of pages and the API. */
  readonly refuse?: (visitor: Visitor) => AppError | undefined;
  /** Of the API alone, once the path and the body have been understood. */
  readonly refuseCall?: (visitor: Visitor) => AppError | undefined;
}

/** Reads what staff set and makes a guard of it; undefined while all of it is off. */
export type Gate = (ctx: Context) => Promise<Guard | undefined>;

export interface Gates {
  /** Undefined when nobody stands there: then a request costs nothing. */
  guards(): readonly Guard[] | undefined;
  /** Learns what staff set meanwhile. */
  refresh(): Promise<void>;
}

export function createGates(
  active: () => readonly { contributions: { gate?: Gate } }[],
  makeContext: () => Context,
  log: Log,
): Gates {
  let standing: readonly Guard[] | undefined;
  return {
    guards: () => standing,
    async refresh() {
      try {
        const ctx = makeContext();
        const made = await Promise.all(active().map(async ({ contributions }) => contributions.gate?.(ctx)));
        const guards = made.filter((guard) => guard !== undefined);
        standing = guards.length === 0 ? undefined : guards;
      } catch (error) {
        log.warn('the gates cannot be read', { error }); // those that stand stay
      }
    },
  };
}

/** The reply for whom the guards send elsewhere or refuse at the door. */
export function turnAway(
  guards: readonly Guard[],
  request: HttpRequest,
  path: string,
  dialect: Pick<Dialect, 'fail'>,
): HttpReply | undefined {
  const visitor = visitorOf(request, path);
  for (const { redirect, refuse } of guards) {
    const location = redirect?.(visitor);
    if (location !== undefined) return { status: 302, headers: { location }, body: '' };
    const refusal = refuse?.(visitor);
    if (refusal !== undefined) return dialect.fail(request, refusal);
  }
  return undefined;
}

/** Why a call of the API is refused. */
export function refusalOf(guards: readonly Guard[], request: HttpRequest, path: string): AppError | undefined {
  const visitor = visitorOf(request, path);
  for (const { refuseCall } of guards) {
    const refusal = refuseCall?.(visitor);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

const visitorOf = (request: HttpRequest, path: string): Visitor => ({
  path,
  url: request.query === '' ? request.path : `${request.path}?${request.query}`,
  ip: request.ip,
  isSecure: request.isSecure,
  referer: headerOf(request, 'referer'),
});
