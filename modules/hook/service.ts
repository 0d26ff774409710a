import type { ModuleCatalog } from '#core/catalog';
import { atomic, type Context } from '#core/context';
import type { Page, PageRequest } from '#core/db/paginate';
import { asAppError, invalidInput } from '#core/error';
import type { EventToken, HookToken } from '#core/event';
import type { Echo } from '#core/listener';
import { compileCheck } from '#core/schema';
import * as listeners from './repository.ts';
import { mayBeCalled } from './wire-events.ts';

export interface Hooks {
  list(ctx: Context, page: PageRequest): Promise<Page<listeners.Connected>>;
  /** Writes down who listens to what now, for all modules, or adds what one module listens to. */
  connect(ctx: Context, module?: string): Promise<void>;
  /** Asks and tells those who listen to an event in the words of the contract. */
  call(ctx: Context, event: string, params: unknown): Promise<void>;
  /** The same for an event that was bought, with its parameters as JSON; one that nobody can be told of is left. */
  raise(ctx: Context, event: string, payload: string): Promise<void>;
}

export function createHooks(catalog: ModuleCatalog, echoes: readonly Echo[]): Hooks {
  const wireNames = new Map(echoes.toReversed().map(({ of, as }) => [of, as])); // of several the first counts
  return {
    list: (ctx, page) => listeners.list(ctx.db, page),

    connect: (ctx, module) =>
      atomic(ctx, async (tx) => {
        const present = listening(catalog, wireNames);
        const known = await listeners.listAll(tx.db);
        const isGone = (one: listeners.Listening): boolean => !present.some((other) => isSame(one, other));
        await listeners.remove(
          tx.db,
          known.filter(isGone).map(({ id }) => id),
        );
        const isNew = (one: listeners.Listening): boolean => !known.some((other) => isSame(one, other));
        const wanted = present.filter((one) => module === undefined || one.module === module);
        await listeners.insert(tx.db, wanted.filter(isNew), tx.now);
      }),

    call,

    async raise(ctx, event, payload) {
      try {
        await call(ctx, event, JSON.parse(payload));
      } catch (error) {
        if (!(error instanceof SyntaxError) && asAppError(error).kind !== 'invalid_input') throw error;
        ctx.log.warn('an event could not be raised', { event, error });
      }
    },
  };

  async function call(ctx: Context, event: string, params: unknown): Promise<void> {
    const tokens = mayBeCalled(event) ? heard(catalog, event) : [];
    if (tokens.length === 0) return;
    for (const token of tokens) {
      const mistake = compileCheck(token.payload)(params);
      if (mistake !== undefined) throw invalidInput('hook.params', `Event ${event} takes other parameters: ${mistake}`);
    }
    await atomic(ctx, async (tx) => {
      // One of a kind is enough: it reaches everybody who listens to that name.
      const question = tokens.find((token) => token.kind === 'hook');
      const fact = tokens.find((token) => token.kind === 'event');
      const accepted = params as Record<string, unknown>; // as each token's schema says
      if (question !== undefined) await tx.ask(question, accepted);
      if (fact !== undefined) await tx.emit(fact, accepted);
      await tx.record(`Called event ${event}`);
    });
  }
}

/** What active modules listen to, in the words of the wire and each once. */
function listening(catalog: ModuleCatalog, wireNames: ReadonlyMap<string, string>): listeners.Listening[] {
  return catalog
    .list()
    .filter(({ module }) => catalog.isActive(module.name))
    .flatMap(({ module, hears }) =>
      [...new Set(hears.map(({ name }) => wireNames.get(name) ?? name))].map((event) => ({
        module: module.name,
        event,
      })),
    );
}

const heard = (catalog: ModuleCatalog, event: string): (EventToken | HookToken)[] =>
  catalog
    .list()
    .filter(({ module }) => catalog.isActive(module.name))
    .flatMap(({ hears }) => hears.filter(({ name }) => name === event));

const isSame = (a: listeners.Listening, b: listeners.Listening): boolean =>
  a.module === b.module && a.event === b.event;
