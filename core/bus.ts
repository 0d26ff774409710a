import { messageOf } from './error.ts';
import type { Clock } from './clock.ts';
import { later, MINUTE, SECOND } from './clock.ts';
import { patiently, type Context, type Outbox } from './context.ts';
import type { EventToken, HookToken } from './event.ts';
import { NotYet, type Echo, type Hook } from './listener.ts';
import { compileCheck } from './schema.ts';
import * as outbox from './outbox.ts';
import type { Log } from './log.ts';

/** Someone who is told of an event: a listener or a letter of an active module. */
export interface Subscriber {
  /** `module.name`, as stored with each delivery. */
  readonly id: string;
  run(ctx: Context, payload: unknown, deliveryId: number): Promise<void>;
}

export interface Subscriptions {
  subscribersOf(event: string): readonly Subscriber[];
  subscriber(id: string): Subscriber | undefined;
  hooksOf(hook: string): readonly Hook[];
  echoesOf(name: string): readonly Echo[];
}

export interface Bus extends Outbox {
  /** Delivers what is due until nothing is; returns how many deliveries succeeded. */
  deliverDue(): Promise<number>;
  /** Looks for due deliveries now and then: retries, and what a process that died left behind. */
  start(): void;
  /** Waits for the deliveries under way. */
  stop(): Promise<void>;
}

const POLL_MS = 2 * SECOND;
/** Longer than any delivery takes; what a process that died had claimed waits this long. */
const LEASE_MS = 30 * SECOND;
const PARALLEL = 4;
const GIVE_UP_AFTER = 20;

/** Seconds before try 2, 3, …: quick at first, then ever slower, half an hour at most. */
const pauseMs = (attempts: number): number => Math.min(2 ** attempts * SECOND, 30 * MINUTE);

export function createBus(makeContext: () => Context, subscriptions: Subscriptions, clock: Clock, log: Log): Bus {
  const checks = new Map<string, ReturnType<typeof compileCheck>>();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<number> | undefined;
  let isStopped = false;

  /** One round at a time per process; a wake during a round makes it look once more. */
  let wokenAgain = false;
  const round = (): Promise<number> => {
    if (running !== undefined) {
      wokenAgain = true;
      return running;
    }
    running = drain().finally(() => {
      running = undefined;
    });
    return running;
  };

  async function drain(): Promise<number> {
    let delivered = 0;
    for (;;) {
      wokenAgain = false;
      const due = await outbox.listDue(makeContext().db, clock(), PARALLEL * 8);
      for (let at = 0; at < due.length && !isStopped; at += PARALLEL) {
        const outcomes = await Promise.all(due.slice(at, at + PARALLEL).map(deliver));
        delivered += outcomes.filter(Boolean).length;
      }
      if (isStopped || (due.length === 0 && !wokenAgain)) return delivered;
    }
  }

  async function deliver(delivery: outbox.Delivery): Promise<boolean> {
    const ctx = makeContext();
    const isOurs = await patiently(() => outbox.claim(ctx.db, delivery.id, clock(), later(clock(), LEASE_MS)));
    if (!isOurs) return false;
    try {
      const subscriber = subscriptions.subscriber(delivery.subscriber);
      if (subscriber === undefined) throw new Error(`${delivery.subscriber} is not active.`);
      await subscriber.run(ctx, delivery.payload, delivery.id);
      await patiently(() => outbox.remove(ctx.db, delivery.id));
      return true;
    } catch (error) {
      if (error instanceof NotYet) {
        const at = new Date(Math.max(error.at.getTime(), later(clock(), SECOND).getTime()));
        await patiently(() => outbox.postpone(ctx.db, delivery.id, delivery.attempts, at, error.message, clock()));
        return false;
      }
      const attempts = delivery.attempts + 1;
      log.warn('delivery failed', { event: delivery.event, subscriber: delivery.subscriber, attempts, error });
      const next = attempts >= GIVE_UP_AFTER ? undefined : later(clock(), pauseMs(attempts));
      await patiently(() => outbox.postpone(ctx.db, delivery.id, attempts, next, messageOf(error), clock()));
      return false;
    }
  }

  function check(token: EventToken | HookToken, payload: unknown): void {
    let validate = checks.get(token.name);
    if (validate === undefined) checks.set(token.name, (validate = compileCheck(token.payload)));
    const mistake = validate(payload);
    if (mistake !== undefined) throw new TypeError(`${token.name}: ${mistake}`);
  }

  const deliveriesOf = (event: string, payload: unknown): outbox.NewDelivery[] =>
    subscriptions.subscribersOf(event).map(({ id }) => ({ event, subscriber: id, payload }));

  /** One after the other, in our words and then in those of others. */
  async function putTo(
    ctx: Context,
    hook: string,
    question: unknown,
    put: (asked: Hook, words: unknown) => Promise<void> | undefined,
  ): Promise<void> {
    for (const asked of subscriptions.hooksOf(hook)) await put(asked, question);
    for (const { as, words } of subscriptions.echoesOf(hook)) {
      const asked = subscriptions.hooksOf(as);
      if (asked.length === 0) continue;
      const inOtherWords = await words(question, ctx);
      for (const one of asked) await put(one, inOtherWords);
    }
  }

  const inBackground = (): void => {
    round().catch((error: unknown) => log.error('the outbox cannot be read', { error }));
  };

  return {
    async address(tx, event, payload) {
      check(event, payload);
      const deliveries = deliveriesOf(event.name, payload);
      for (const { as, words } of subscriptions.echoesOf(event.name))
        if (subscriptions.subscribersOf(as).length > 0) deliveries.push(...deliveriesOf(as, await words(payload, tx)));
      return deliveries;
    },
    write: (tx, deliveries) => outbox.insertAll(tx.db, deliveries, tx.now),
    async ask(tx, hook, question) {
      check(hook, question);
      await putTo(tx, hook.name, question, (asked, words) => asked.run?.(tx, words));
    },
    async consult(ctx, hook, question) {
      check(hook, question);
      await putTo(ctx, hook.name, question, (asked, words) => asked.consult?.(ctx, words));
    },
    wake() {
      if (timer !== undefined && !isStopped) setImmediate(inBackground);
    },
    deliverDue: round,
    start() {
      timer = setInterval(inBackground, POLL_MS);
      inBackground();
    },
    async stop() {
      isStopped = true;
      clearInterval(timer);
      await running?.catch(() => undefined);
    },
  };
}
