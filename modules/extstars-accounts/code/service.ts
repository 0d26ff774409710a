import { atomic, type Context, type Tx } from '#core/context';
import type { Page, PageRequest } from '#core/db/paginate';
import { isEmail } from '#core/email';
import { notFound } from '#core/error';
import type { KeyVault } from '#core/key-vault';
import type { Client, ClientService, NewcomerService } from '#modules/client/contract';
import * as activations from '../activation/repository.ts';
import { checkWindow, readDestination } from './new-code.ts';
import * as codes from './repository.ts';
import type { CodeFilter } from './repository.ts';
import type { Code } from './row.ts';
import type { Standing } from './standing.ts';

/** A code as staff and its owner see it. */
export interface ShownCode extends Omit<Code, 'sealedCode'> {
  readonly code: string;
  readonly liveActivations: number;
}

/** Absent stays; null clears. */
export interface CodeAmendment {
  readonly startsAt?: Date | null | undefined;
  readonly expiresAt?: Date | null | undefined;
  readonly maxActivations?: number | undefined;
  readonly allowsDeactivate?: boolean | null | undefined;
  readonly destination?: string | undefined;
  readonly status?: Standing | undefined;
  readonly note?: string | undefined;
}

export type Codes = ReturnType<typeof createCodes>;

interface Needs {
  readonly clients: ClientService & NewcomerService;
  readonly vault: KeyVault;
}

const CHUNK = 2000;

/** Codes, whoever made them: found, shown, changed. */
export function createCodes({ clients, vault }: Needs) {
  async function get(ctx: Context, id: number): Promise<Code> {
    const code = await codes.find(ctx.db, id);
    if (code === undefined) throw unknownCode();
    return code;
  }

  async function getForUpdate(tx: Tx, id: number): Promise<Code> {
    const code = await codes.findForUpdate(tx.db, id);
    if (code === undefined) throw unknownCode();
    return code;
  }

  async function shown(ctx: Context, list: readonly Code[]): Promise<ShownCode[]> {
    const live = await activations.countLiveOf(
      ctx.db,
      list.map(({ id }) => id),
    );
    return list.map(({ sealedCode, ...code }) => ({
      ...code,
      code: vault.open(sealedCode),
      liveActivations: live.get(code.id) ?? 0,
    }));
  }

  return {
    get,
    getForUpdate,
    shown,
    /** A code as its bearer writes it; only of this app. */
    findByText: (ctx: Context, appId: number, text: string): Promise<Code | undefined> =>
      codes.findByHash(ctx.db, appId, vault.hashOf(text.trim())),

    async list(ctx: Context, { code, ...filter }: CodeFilter & { code?: string | undefined }, request: PageRequest) {
      const hash = code === undefined ? filter.hash : vault.hashOf(code.trim());
      const page = await codes.list(ctx.db, { ...filter, hash }, request);
      return { ...page, items: await shown(ctx, page.items) } satisfies Page<ShownCode>;
    },

    async show(ctx: Context, id: number): Promise<ShownCode> {
      const [one] = await shown(ctx, [await get(ctx, id)]);
      if (one === undefined) throw unknownCode();
      return one;
    },

    async *exportAll(ctx: Context, filter: CodeFilter): AsyncGenerator<ShownCode[]> {
      for (let after = 0; ;) {
        const chunk = await codes.listAfter(ctx.db, filter, after, CHUNK);
        const last = chunk.at(-1);
        if (last === undefined) return;
        yield await shown(ctx, chunk);
        after = last.id;
      }
    },

    amend: (ctx: Context, id: number, change: CodeAmendment): Promise<void> =>
      atomic(ctx, async (tx) => {
        const code = await getForUpdate(tx, id);
        const startsAt = change.startsAt === undefined ? code.startsAt : (change.startsAt ?? undefined);
        const expiresAt = change.expiresAt === undefined ? code.expiresAt : (change.expiresAt ?? undefined);
        checkWindow(startsAt, expiresAt);
        const { destination, startsAt: _, ...rest } = change;
        await codes.update(
          tx.db,
          code,
          {
            ...present(rest),
            ...(change.startsAt !== undefined && { startsAt: change.startsAt }),
            ...(destination !== undefined && { destination: readDestination(destination) }),
          },
          tx.now,
        );
        await tx.record(`Updated activation code #${id}`);
      }),

    /** The owner of a code says who is to use it. */
    direct: (ctx: Context, code: Code, destination: string): Promise<void> =>
      atomic(ctx, async (tx) => {
        const current = await getForUpdate(tx, code.id);
        await codes.update(tx.db, current, { destination: readDestination(destination) }, tx.now);
        await tx.record(`Set the destination of activation code #${code.id}`);
      }),

    /** Of a client: those bought, and those directed to the e-mail address. */
    async getOwn(ctx: Context, id: number, client: { readonly id: number; readonly email: string }): Promise<Code> {
      const code = await codes.find(ctx.db, id);
      const isOwn = code?.clientId === client.id || (client.email !== '' && code?.destination === client.email);
      if (code === undefined || !isOwn) throw unknownCode();
      return code;
    },

    /** One that this client bought, who may give it to somebody else. */
    async getBought(ctx: Context, id: number, clientId: number): Promise<Code> {
      const code = await codes.find(ctx.db, id);
      if (code?.clientId !== clientId) throw unknownCode();
      return code;
    },

    /** The registered person a code is for; undefined when there is none who may act. */
    async userOf(ctx: Context, destination: string): Promise<Client | undefined> {
      if (!isEmail(destination)) return undefined;
      const found = await clients.findByEmail(ctx, destination);
      return found?.status === 'active' ? found : undefined;
    },
  };
}

const present = <T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(members).filter((entry) => entry[1] !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };

const unknownCode = () => notFound('extstars.unknown_code', 'Activation code not found');
