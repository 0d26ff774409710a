import assert from 'node:assert/strict';
import { Type } from '@sinclair/typebox';
import { conflict } from '#core/error';
import { defineEvent, defineHook } from '#core/event';
import { before, on } from '#core/listener';
import { defineModule } from '#core/module';
import { Text } from '#core/schema';
import { extension } from '#modules/extension/index';
import { hook } from '#modules/hook/index';
import { system } from '#modules/system/index';
import { admin, useApp } from '../../support/app.ts';
import { keeperOf, keepers } from '../../support/keepers.ts';

const heard: unknown[] = [];
const Anything = Type.Object({}, { additionalProperties: true });

/** A module of somebody else, who knows the contract's words and the engine's own. */
const ears = defineModule({
  name: 'ears',
  title: 'Ears',
  version: '1.0.0',
  migrations: [],
  setup: () => ({
    listeners: [
      on(defineEvent('onSomething', Type.Object({ a: Type.Number() })), 'hear', async (_ctx, payload) => {
        heard.push(payload);
      }),
      on(defineEvent('order.activated', Anything), 'follow', async (_ctx, payload) => {
        heard.push(payload);
      }),
      on(defineEvent('order.activated', Anything), 'follow_again', async () => undefined),
      on(defineEvent('ears.pricked', Anything), 'own', async () => undefined),
    ],
    hooks: [
      before(defineHook('onBeforeSomething', Type.Object({ who: Text() })), async (_tx, { who }) => {
        if (who === 'enemy') throw conflict('ears.refused', 'Not with me.');
      }),
    ],
  }),
});

interface Row {
  readonly id: number;
  readonly rel_type: string;
  readonly rel_id: string;
  readonly event: string;
}

const small = [keepers, system, extension, hook, ears];

describe('hook: who listens to what', () => {
  const app = useApp({ modules: small, install: ['ears'] });
  const connect = (params: object = {}): Promise<boolean> => app.call(admin, 'hook/batch_connect', params);
  /** What the other modules listen to is theirs. */
  const rows = async (): Promise<Row[]> =>
    (await app.call<{ list: Row[] }>(admin, 'hook/get_list')).list.filter(({ rel_id }) => rel_id === 'ears');
  const events = async (): Promise<string[]> => (await rows()).map(({ event }) => event);

  it('is empty before listeners are connected', async () => {
    assert.deepEqual(await rows(), []);
  });

  it('has a row per module and event, in the words of the contract', async () => {
    await connect();

    assert.deepEqual(await events(), ['onSomething', 'onAfterAdminOrderActivate', 'ears.pricked', 'onBeforeSomething']);
    assert.deepEqual(new Set((await rows()).map(({ rel_type }) => rel_type)), new Set(['mod']));
  });

  it('stays as it is when nothing changed', async () => {
    await connect();
    const before = await rows();

    await Promise.all([connect(), connect(), connect({ mod: 'ears' })]);

    assert.deepEqual(await rows(), before);
  });

  it('adds what one module listens to', async () => {
    await connect({ mod: 'system' });

    assert.deepEqual(await rows(), []);
  });

  it('forgets modules that are not active any more', async () => {
    await connect();
    await app.call(admin, 'extension/deactivate', { id: 'ears', type: 'mod' });

    await connect();

    assert.deepEqual(await rows(), []);
  });

  it('is kept up by a job', async () => {
    await app.app.scheduler.run('hook.connect');

    assert.equal((await events()).length, 4);
  });

  it('is closed to others', async () => {
    const reader = keeperOf({ hook: ['view'] });

    assert.equal((await app.refusal({ role: 'admin' }, 'hook/get_list')).status, 401);
    assert.equal((await app.refusal(reader, 'hook/batch_connect')).code, 403);
    assert.equal((await app.refusal(reader, 'hook/call', { event: 'onSomething' })).code, 403);
  });
});

describe('hook: calling an event', () => {
  const app = useApp({ modules: small, install: ['ears'] });
  const call = (params: object): Promise<unknown> => app.call(admin, 'hook/call', params);
  beforeEach(() => void heard.splice(0));

  it('tells those who listen', async () => {
    assert.equal(await call({ event: 'onSomething', params: { a: 1 } }), null);

    await app.settle();
    assert.deepEqual(heard, [{ a: 1 }]);
  });

  it('is refused by whoever may refuse', async () => {
    const refusal = await app.refusal(admin, 'hook/call', { event: 'onBeforeSomething', params: { who: 'enemy' } });

    assert.equal(refusal.message, 'Not with me.');
    assert.equal(await call({ event: 'onBeforeSomething', params: { who: 'friend' } }), null);
  });

  it('refuses parameters that no listener takes', async () => {
    const refusal = await app.refusal(admin, 'hook/call', { event: 'onSomething', params: { a: 'x' } });
    const scalar = await app.refusal(admin, 'hook/call', { event: 'onSomething', params: 5 });

    await app.settle();
    assert.match(refusal.message, /onSomething takes other parameters/);
    assert.match(scalar.message, /onSomething takes other parameters/);
    assert.deepEqual(heard, []);
  });

  it('never forges a fact of the engine', async () => {
    for (const event of ['order.activated', 'onAfterAdminOrderActivate', 'ears.pricked'])
      assert.equal(await call({ event, params: { orderId: 1, clientId: 1, serviceType: 'apikey' } }), null);

    await app.settle();
    assert.deepEqual(heard, []);
  });

  it('answers null when nobody listens and false without an event', async () => {
    assert.equal(await call({ event: 'onNobodyListens', params: 'anything' }), null);
    assert.equal(await call({}), false);
  });
});
