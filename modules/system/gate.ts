import { addressMatcher, canonical, readLines } from '#core/address';
import { conflict, unauthenticated, unavailable, type AppError } from '#core/error';
import type { Gate, Guard, Visitor } from '#core/http/gate';
import { isTruthy } from '#core/schema';
import type { SettingStore } from '#core/settings';

/** Blocks of the contract's configuration (spec A9, A16), kept with the rest of `mod_system`. */
export type Stored = Readonly<Record<string, unknown>>;

/** Staff can always get in, to end what they began. */
const OPEN_IN_MAINTENANCE = ['/admin', '/api/admin', '/api/guest/staff/login'];

export interface Place {
  readonly baseUrl: string;
  /** Whether it can be known at all how people reached the proxy in front. */
  readonly knowsScheme: boolean;
}

export const createGate =
  (settings: SettingStore, place: Place): Gate =>
  async (ctx) =>
    readGuard(await settings.config(ctx, 'mod_system'), place);

/** Undefined while all of it is off. */
export function readGuard(stored: Stored, { baseUrl, knowsScheme }: Place): Guard | undefined {
  const [api, maintenance, security] = [stored['api'], stored['maintenance_mode'], stored['security']].map(blockOf);
  const calls = [allowedAddresses(api), requiredOrigin(api, baseUrl)].filter((rule) => rule !== undefined);
  const isClosed = isOn(maintenance?.['enabled']);
  // Behind a proxy that is not trusted every request looks unencrypted, and would be sent around for ever.
  const needsHttps = isOn(security?.['force_https']) && baseUrl.startsWith('https:') && knowsScheme;
  if (calls.length === 0 && !isClosed && !needsHttps) return undefined;
  return {
    ...(needsHttps && { redirect: toHttps(baseUrl) }),
    ...(isClosed && { refuse: inMaintenance(maintenance ?? {}) }),
    ...(calls.length > 0 && { refuseCall: (visitor) => firstOf(calls, visitor) }),
  };
}

/** Whoever shuts the API for the own address cannot open it again. */
export function refuseOwnExclusion(
  { ext, config }: { readonly ext: string; readonly config: Stored },
  ip: string | undefined,
): void {
  if (ip === undefined || ext.toLowerCase().replace(/^mod_/, '') !== 'system') return;
  const rule = allowedAddresses(blockOf(config['api']));
  if (rule?.({ ip, path: '', url: '', isSecure: true, referer: undefined }) !== undefined)
    throw conflict('system.own_address', `The API would be closed to ${ip}, the IP you are making requests from.`);
}

type Rule = (visitor: Visitor) => AppError | undefined;

function allowedAddresses(api: Stored | undefined): Rule | undefined {
  const allowed = new Set(readLines(api?.['allowed_ips']).flatMap((line) => canonical(line) ?? []));
  if (allowed.size === 0) return undefined;
  return ({ ip }) =>
    allowed.has(canonical(ip) ?? '') ? undefined : unauthenticated('system.address', 'Unauthorized IP');
}

function requiredOrigin(api: Stored | undefined, baseUrl: string): Rule | undefined {
  if (!isOn(api?.['require_referrer_header'])) return undefined;
  const origin = baseUrl.toLowerCase();
  const message = `Invalid request. Make sure request origin is ${baseUrl}`;
  return ({ referer = '' }) =>
    referer.toLowerCase().startsWith(origin) ? undefined : unauthenticated('system.origin', message);
}

function inMaintenance(block: Stored): Rule {
  const open = [...OPEN_IN_MAINTENANCE, ...readLines(block['allowed_urls'])].map(pathMatcher);
  const isAllowed = addressMatcher(readLines(block['allowed_ips']));
  return ({ path, ip }) =>
    open.some((matches) => matches(path)) || isAllowed(ip)
      ? undefined
      : unavailable('system.maintenance', 'The system is undergoing maintenance. Please try again later');
}

/** The path or what is below it; `*` stands for anything. */
function pathMatcher(entry: string): (path: string) => boolean {
  const prefix = `/${entry.replace(/^\/+|\/+$/g, '')}`;
  const pattern = prefix.split(/\*+/).map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const matcher = new RegExp(`^${pattern.join('.*')}(?:/|$)`);
  return (path) => matcher.test(path);
}

const toHttps =
  (baseUrl: string) =>
  ({ isSecure, url }: Visitor): string | undefined =>
    isSecure ? undefined : new URL(baseUrl).origin + url;

function firstOf(rules: readonly Rule[], visitor: Visitor): AppError | undefined {
  for (const rule of rules) {
    const refusal = rule(visitor);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

const blockOf = (value: unknown): Stored | undefined =>
  typeof value === 'object' && value !== null ? (value as Stored) : undefined;

const isOn = (value: unknown): boolean =>
  typeof value === 'string' ? /^(1|true|on|yes)$/i.test(value) : isTruthy(value);
