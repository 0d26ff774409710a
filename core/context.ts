import type { Knex } from 'knex';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Actor } from './actor.ts';
import { recordActivity, type ActivityLine, type Priority } from './activity.ts';
import { isRetryable, isUnavailable } from './db/errors.ts';
import { unavailable } from './error.ts';
import type { EventToken, HookToken, PayloadOf } from './event.ts';
import type { Log } from './log.ts';
import type { Memory } from './memory.ts';
import type { NewDelivery } from './outbox.ts';

/** What one call has. The first argument of every service method; nobody stores it. */
export interface Context<A extends Actor = Actor> {
  readonly db: Knex;
  readonly actor: A;
  /** Read once per call, UTC. */
  readonly now: Date;
  /** Address of the caller; undefined for jobs and the command line. */
  readonly ip: string | undefined;
  readonly log: Log;
  readonly outbox: Outbox;
  /** What a run over many things reads once (`memory.ts`). */
  readonly memory?: Memory;
}

/** A context inside a transaction. Only it can write, emit and ask. */
export interface Tx<A extends Actor = Actor> extends Context<A> {
  readonly db: Knex.Transaction;
  /** Announces a fact; it is delivered once this transaction is committed, and not at all if it is not. */
  emit<E extends EventToken>(event: E, payload: PayloadOf<E>): Promise<void>;
  /** Asks those who may refuse. They run inside this transaction. */
  ask<H extends HookToken>(hook: H, question: PayloadOf<H>): Promise<void>;
  /** Adds a line to the activity log, for people to read. */
  record(message: string, priority?: Priority): Promise<void>;
}

/** How a transaction reaches listeners and hooks; `bus.ts` is the one implementation. */
export interface Outbox {
  /** Who is to be told what. */
  address(tx: Tx, event: EventToken, payload: unknown): Promise<readonly NewDelivery[]>;
  write(tx: Tx, deliveries: readonly NewDelivery[]): Promise<void>;
  ask(tx: Tx, hook: HookToken, question: unknown): Promise<void>;
  consult(ctx: Context, hook: HookToken, question: unknown): Promise<void>;
  wake(): void;
}

const ATTEMPTS = 8;
const FIRST_PAUSE_MS = 15;

/**
 * Runs `work` in a transaction, or joins the one `ctx` is already in. A deadlock or a busy database repeats the whole
 * of it a bounded number of times, so `work` must do nothing that a rollback does not undo.
 */
export async function atomic<A extends Actor, T>(ctx: Context<A>, work: (tx: Tx<A>) => Promise<T>): Promise<T> {
  if (isTx(ctx)) return work(ctx);
  return patiently(async () => {
    // Written together at the end: a statement for each would be a quarter of many a transaction.
    const deliveries: NewDelivery[] = [];
    const lines: ActivityLine[] = [];
    const result = await ctx.db.transaction(async (db) => {
      const tx: Tx<A> = {
        ...ctx,
        db,
        emit: async (event, payload) => void deliveries.push(...(await ctx.outbox.address(tx, event, payload))),
        ask: (hook, question) => ctx.outbox.ask(tx, hook, question),
        record: async (message, priority = 'info') => void lines.push({ message, priority }),
      };
      const done = await work(tx);
      await recordActivity(tx, lines);
      await ctx.outbox.write(tx, deliveries);
      return done;
    });
    if (deliveries.length > 0) ctx.outbox.wake();
    return result;
  });
}

/** The same for a single statement, which needs no transaction around it. */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (isUnavailable(error)) throw unavailable('database.unavailable', 'The database cannot be reached.', error);
      if (!isRetryable(error) || attempt === ATTEMPTS) throw error;
      await sleep(FIRST_PAUSE_MS * 2 ** attempt * (0.5 + Math.random()));
    }
  }
}

/** Asks those who must look outside before they answer. Comes before the transaction in which the others are asked. */
export function consult<H extends HookToken>(ctx: Context, hook: H, question: PayloadOf<H>): Promise<void> {
  if (isTx(ctx)) throw new Error(`${hook.name} cannot be consulted on inside a transaction: it may use the network.`);
  return ctx.outbox.consult(ctx, hook, question);
}

const isTx = <A extends Actor>(ctx: Context<A>): ctx is Tx<A> => 'emit' in ctx;
