import { DAY, later } from '#core/clock';
import { atomic, type Context, type Tx } from '#core/context';
import type { Page, PageRequest } from '#core/db/paginate';
import { conflict, invalidInput, notFound } from '#core/error';
import { isEmail } from '#core/email';
import { createKeyVault, untilFree } from '#core/key-vault';
import { addPeriod, parsePeriod } from '#core/period';
import type { OrderRef, Settings } from '#core/product';
import { randomHex, type Secrets } from '#core/secret';
import type { Client, ClientService, NewcomerService } from '#modules/client/contract';
import type { OrderService } from '#modules/order/contract';
import * as activations from '../activation/repository.ts';
import type { App, Apps } from '../app/service.ts';
import { codeExpired, codeExpiring } from '../contract.ts';
import { generateCode } from './generate.ts';
import * as codes from './repository.ts';
import type { Code, CodeFilter } from './repository.ts';
import type { Standing } from './standing.ts';

/** A code as staff and its owner see it. */
export interface ShownCode extends Omit<Code, 'sealedCode'> {
  readonly code: string;
  readonly liveActivations: number;
}

export interface NewCodes {
  readonly appId: number;
  readonly startsAt?: Date | undefined;
  readonly expiresAt?: Date | undefined;
  readonly maxActivations?: number | undefined;
  readonly allowsDeactivate?: boolean | undefined;
  readonly destination?: string | undefined;
  readonly note?: string | undefined;
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
  readonly apps: Apps;
  readonly clients: ClientService & NewcomerService;
  readonly orders: OrderService;
  readonly secrets: Secrets;
}

const MOST = 1_000_000;
/** Rows of one transaction, so that nobody waits long for a batch of a million. */
const CHUNK = 2000;
const LONGEST_CODE = 64;
const ATTEMPTS = 10;

export function createCodes({ apps, clients, orders, secrets }: Needs) {
  const vault = createKeyVault(secrets, 'service_extstars.code');

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

  /** One transaction for each part of a batch. */
  async function addAll(ctx: Context, app: App, texts: readonly string[], asked: NewCodes, batch: string) {
    const rows = texts.map((text) => ({ ...rowOf(app, text, asked), batch }));
    await atomic(ctx, (tx) => codes.insertAll(tx.db, rows, tx.now));
  }

  const rowOf = (app: App, text: string, asked: NewCodes): codes.NewCode => ({
    appId: app.appId,
    sealed: vault.seal(text),
    hash: vault.hashOf(text),
    destination: asked.destination ?? '',
    maxActivations: asked.maxActivations ?? app.settings.max_activations,
    allowsDeactivate: asked.allowsDeactivate,
    startsAt: asked.startsAt,
    expiresAt: asked.expiresAt,
    note: asked.note,
  });

  async function appOfNew(ctx: Context, asked: NewCodes): Promise<App> {
    checkWindow(asked.startsAt, asked.expiresAt);
    return apps.get(ctx, asked.appId);
  }

  return {
    get,
    /** A code as its bearer writes it; only of this app. */
    findByText: (ctx: Context, appId: number, text: string): Promise<Code | undefined> =>
      codes.findByHash(ctx.db, appId, vault.hashOf(text.trim())),

    async generate(ctx: Context, asked: NewCodes & { readonly quantity: number }) {
      const { quantity } = asked;
      if (quantity < 1 || quantity > MOST)
        throw invalidInput('extstars.quantity', `The quantity must be a whole number from 1 to ${MOST}.`);
      const app = await appOfNew(ctx, asked);
      const given = { ...asked, destination: readDestination(asked.destination) };
      const batch = randomHex(16);
      for (let made = 0; made < quantity; made += CHUNK) {
        const length = Math.min(CHUNK, quantity - made);
        await untilFree(ATTEMPTS, exhausted(), () =>
          addAll(ctx, app, Array.from({ length }, generateCode), given, batch),
        );
      }
      await atomic(ctx, (tx) => tx.record(`Generated ${quantity} activation codes of app ${app.appId}`));
      return { batch, quantity };
    },

    /** Codes that people hold already, to the letter. Those that are taken are left out. */
    async import(ctx: Context, asked: NewCodes & { readonly codes: readonly string[] }) {
      const app = await appOfNew(ctx, asked);
      const given = { ...asked, destination: readDestination(asked.destination) };
      const wanted = new Map(asked.codes.map((text) => [vault.hashOf(text.trim()), text.trim()]));
      wanted.delete(vault.hashOf(''));
      if (wanted.size > MOST) throw invalidInput('extstars.quantity', `At most ${MOST} codes at once.`);
      for (const text of wanted.values())
        if ([...text].length > LONGEST_CODE)
          throw invalidInput('extstars.code_long', `A code must have at most ${LONGEST_CODE} characters.`);
      const batch = randomHex(16);
      let imported = 0;
      const entries = [...wanted];
      for (let start = 0; start < entries.length; start += CHUNK) {
        const chunk = entries.slice(start, start + CHUNK);
        // Somebody may import the same at this moment: what is taken is asked anew then.
        imported += await untilFree(ATTEMPTS, exhausted(), async () => {
          const taken = await takenAmong(
            ctx,
            chunk.map(([hash]) => hash),
          );
          const free = chunk.filter(([hash]) => !taken.has(hash)).map(([, text]) => text);
          await addAll(ctx, app, free, given, batch);
          return free.length;
        });
      }
      await atomic(ctx, (tx) => tx.record(`Imported ${imported} activation codes of app ${app.appId}`));
      return { batch, imported, skipped: asked.codes.length - imported };
    },

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

    /** The row of an order of the product that an app sells. */
    async issue(tx: Tx, order: OrderRef): Promise<number> {
      const app = await apps.ofProduct(tx, order.productId);
      if (app === undefined) throw conflict('extstars.no_app', 'No app is set up to be sold by this product.');
      const destination = (await clients.find(tx, order.clientId))?.email ?? '';
      const isLater = app.settings.window_from === 'first_activation' && order.period !== undefined;
      return untilFree(ATTEMPTS, exhausted(), () => {
        const text = generateCode();
        const row = {
          ...rowOf(app, text, { appId: app.appId, destination }),
          order,
          clientId: order.clientId,
          pendingPeriod: isLater ? order.period : undefined,
          startsAt: tx.now,
          expiresAt: undefined,
        };
        return codes.insert(tx.db, row, tx.now);
      });
    },

    /** The code that an order made, for its letters. */
    async delivered(tx: Tx, order: OrderRef): Promise<Settings> {
      const code = await codes.findByOrder(tx.db, order.id);
      if (code === undefined) throw notFound('extstars.no_code', 'The order has no activation code.');
      return { code: vault.open(code.sealedCode) };
    },

    /** The order is otherwise now, and so is its code. One whose period begins later has no end yet, and neither has the order. */
    async follow(tx: Tx, order: OrderRef): Promise<void> {
      const found = await codes.findByOrder(tx.db, order.id);
      const code = found && (await codes.findForUpdate(tx.db, found.id));
      if (code === undefined) return;
      if (code.pendingPeriod !== undefined && order.status === 'active') {
        if (order.expiresAt !== undefined) await orders.setExpiry(tx, order.id, undefined);
        return codes.update(tx.db, code, { orderStatus: order.status, expiresAt: null }, tx.now);
      }
      await codes.update(tx.db, code, { orderStatus: order.status, expiresAt: order.expiresAt ?? null }, tx.now);
    },

    /** The period that waited for it begins. Answers the code as it is now. */
    async beginPeriod(tx: Tx, code: Code): Promise<Code> {
      if (code.pendingPeriod === undefined) return code;
      const expiresAt = addPeriod(tx.now, parsePeriod(code.pendingPeriod));
      await codes.update(tx.db, code, { expiresAt, pendingPeriod: null }, tx.now);
      if (code.orderId !== undefined) await orders.setExpiry(tx, code.orderId, expiresAt);
      return { ...code, expiresAt, pendingPeriod: undefined };
    },

    async orderRemoved(tx: Tx, orderId: number): Promise<void> {
      const found = await codes.findByOrder(tx.db, orderId);
      const code = found && (await codes.findForUpdate(tx.db, found.id));
      if (code !== undefined) await codes.update(tx.db, code, { orderId: null, orderRemovedAt: tx.now }, tx.now);
    },

    /** Whose owner is removed, with the orders: their devices go on until the end of the code (spec 9). */
    async ownerRemoved(tx: Tx, clientId: number): Promise<void> {
      for (const id of await codes.listIdsOfClient(tx.db, clientId)) {
        const code = await getForUpdate(tx, id);
        const isOfNow = code.orderRemovedAt?.getTime() === tx.now.getTime();
        await codes.update(tx.db, code, { orderId: null, ...(isOfNow && { orderRemovedAt: null }) }, tx.now);
      }
    },

    revokeOfOrders: (ctx: Context, orderIds: readonly number[]): Promise<void> =>
      atomic(ctx, async (tx) => {
        for (const { id } of await codes.listByOrders(tx.db, orderIds))
          await codes.update(tx.db, await getForUpdate(tx, id), { status: 'revoked' }, tx.now);
      }),

    async showOfOrder(ctx: Context, order: OrderRef): Promise<ShownCode | undefined> {
      const code = await codes.findByOrder(ctx.db, order.id);
      return code && (await shown(ctx, [code]))[0];
    },

    listOfOrders: async (ctx: Context, orderIds: readonly number[]): Promise<ShownCode[]> =>
      shown(ctx, await codes.listByOrders(ctx.db, orderIds)),

    /** The registered person a code is for; undefined when there is none who may act. */
    async userOf(ctx: Context, destination: string): Promise<Client | undefined> {
      if (!isEmail(destination)) return undefined;
      const found = await clients.findByEmail(ctx, destination);
      return found?.status === 'active' ? found : undefined;
    },

    /** Tells of codes that ended, each end once. */
    async tellExpired(ctx: Context): Promise<void> {
      for (;;) {
        const chunk = await codes.listExpired(ctx.db, ctx.now, CHUNK);
        for (const code of chunk)
          await atomic(ctx, async (tx) => {
            if (await codes.markExpiryTold(tx.db, code))
              await tx.emit(codeExpired, { appId: code.appId, codeId: code.id });
          });
        if (chunk.length < CHUNK) return;
      }
    },

    async tellExpiring(ctx: Context): Promise<void> {
      for (const { appId, settings } of await apps.listAll(ctx)) {
        if (settings.remind_days === 0) continue;
        const span = { from: ctx.now, until: later(ctx.now, settings.remind_days * DAY) };
        for (;;) {
          const chunk = await codes.listEnding(ctx.db, appId, span, CHUNK);
          for (const code of chunk)
            await atomic(ctx, async (tx) => {
              if (await codes.markReminded(tx.db, code)) await tx.emit(codeExpiring, { appId, codeId: code.id });
            });
          if (chunk.length < CHUNK) break;
        }
      }
    },

    async examine(ctx: Context): Promise<string[]> {
      const findings = await activations.listMisfits(ctx.db);
      for (let after = 0; ;) {
        const chunk = await codes.listAfter(ctx.db, {}, after, 500);
        const last = chunk.at(-1);
        if (last === undefined) return findings;
        const found = await orders.findAll(
          ctx,
          chunk.flatMap(({ orderId }) => orderId ?? []),
        );
        for (const { id, orderId, orderStatus } of chunk) {
          if (orderId === undefined) continue;
          const order = found.get(orderId);
          if (order === undefined)
            findings.push(`Activation code ${id} belongs to order ${orderId}, which does not exist.`);
          else if (order.status !== orderStatus)
            findings.push(`Activation code ${id} does not follow the status of order ${orderId}.`);
        }
        after = last.id;
      }
    },
  };

  async function takenAmong(ctx: Context, hashes: readonly string[]): Promise<ReadonlySet<string>> {
    const taken = new Set<string>();
    for (let start = 0; start < hashes.length; start += 400)
      for (const hash of await codes.takenAmong(ctx.db, hashes.slice(start, start + 400))) taken.add(hash);
    return taken;
  }
}

/** As it is compared: an e-mail address without its case; other text says where a code went, and nobody can use it. */
export function readDestination(text: string | undefined): string {
  const read = (text ?? '').trim();
  if (read.length > 255) throw invalidInput('extstars.destination', 'The destination is too long.');
  return isEmail(read) ? read.normalize('NFC').toLowerCase() : read;
}

function checkWindow(startsAt: Date | undefined, expiresAt: Date | undefined): void {
  if (startsAt !== undefined && expiresAt !== undefined && startsAt >= expiresAt)
    throw invalidInput('extstars.window', 'A code must start before it ends.');
}

const present = <T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(members).filter((entry) => entry[1] !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };

const unknownCode = () => notFound('extstars.unknown_code', 'Activation code not found');
const exhausted = () => conflict('extstars.exhausted', 'No free activation code was found.');
