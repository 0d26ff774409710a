import assert from 'node:assert/strict';
import { Type } from '@sinclair/typebox';
import { MINUTE, SECOND } from '#core/clock';
import { defineEvent, defineHook } from '#core/event';
import { before as hook, on } from '#core/listener';
import { defineModule } from '#core/module';
import { shippedModules } from '#modules/index';
import { admin, useApp } from '../../support/app.ts';
import {
  APP, buildApp, buildCode, buildSale, configure, DEACTIVE, liveToken, openSandbox, send, type Answer,
} from '../../support/build/extstars.ts'; // prettier-ignore
import { createDoor } from '../../support/build/payment.ts';
import { buildStaff } from '../../support/build/staff.ts';

const Payload = Type.Object({}, { additionalProperties: true });
const heard: { readonly name: string; readonly payload: Record<string, unknown> }[] = [];
const ASKED = ['onBeforeExtstarsCodeActivate', 'onBeforeExtstarsCodeDeactivate'];
const TOLD = [
  'onAfterExtstarsCodeActivate', 'onAfterExtstarsCodeDeactivate', 'onAfterExtstarsOrderPaid',
  'onAfterExtstarsDonationReceived', 'onAfterExtstarsCodeExpired',
]; // prettier-ignore

/** A module of somebody else, who knows the words of the contract only. */
const listening = defineModule({
  name: 'listening',
  title: 'Listening',
  version: '1.0.0',
  migrations: [],
  setup: () => ({
    hooks: ASKED.map((name) =>
      hook(defineHook(name, Payload), async (_tx, payload) => void heard.push({ name, payload })),
    ),
    listeners: TOLD.map((name) =>
      on(defineEvent(name, Payload), `hear_${name}`, async (_ctx, payload) => void heard.push({ name, payload })),
    ),
  }),
});

describe('extstars: the sandbox and those who listen', () => {
  const door = createDoor();
  before(() => door.open());
  after(() => door.close());
  const app = useApp({
    modules: [...shippedModules, listening],
    install: ['extstars-accounts', 'gateway-sandbox', 'listening'],
    environment: {
      get BASE_URL() {
        return door.url;
      },
    },
  });
  beforeEach(() => {
    door.leadTo(app);
    heard.length = 0;
  });

  const donate = () => send(app, '/api/v2/donation/create', { device_id: 'web', amount: 5, pay_method: 'paypal' });
  const isPaid = async ({ data }: Answer): Promise<number> => {
    const { order_id, order_check_token } = data as { order_id: number; order_check_token: string };
    return (await send(app, '/api/v2/order/check', { order_id, order_check_token })).data.is_paid as number;
  };
  const pay = (order_id: unknown, script: object = {}) =>
    app.call(admin, 'extstars/sandbox_pay', { order_id, outcome: 'paid', ...script });

  it('tells of a payment as late as it is told to', async () => {
    await buildApp(app);
    await openSandbox(app);
    const created = await donate();

    await pay(created.data.order_id, { delay: 120 });
    await app.settle();
    const before = await isPaid(created);
    app.clock.advance(2 * MINUTE + SECOND);
    await app.settle();

    assert.deepEqual([before, await isPaid(created)], [0, 1]);
  });

  it('marks what it paid as a test for ever', async () => {
    await buildApp(app);
    await openSandbox(app);
    const created = await donate();
    assert.equal(created.data.tips, 'TEST');
    await pay(created.data.order_id);
    await app.settle();
    await configure(app, { sandbox: false });

    const { list } = await app.call<{ list: { test: boolean; status: string }[] }>(
      admin,
      'extstars/order_get_list',
      {},
    );

    assert.deepEqual([list[0]?.test, list[0]?.status], [true, 'paid']);
  });

  it('pays nothing once it is off, and for nobody without the right to it', async () => {
    await buildApp(app);
    await openSandbox(app);
    const created = await donate();
    const asked = { order_id: created.data.order_id, outcome: 'paid' };
    const { caller } = await buildStaff(app, {
      permissions: { 'extstars-accounts': { access: true, manage_codes: true } },
    });
    const without = await app.refusal(caller, 'extstars/sandbox_pay', asked);
    await configure(app, { sandbox: false });

    const off = await app.refusal(admin, 'extstars/sandbox_pay', asked);

    assert.match(without.message, /manage_sandbox/);
    assert.match(off.message, /sandbox is off/);
    await app.settle();
    assert.equal(await isPaid(created), 0);
    app.clock.advance(2 * SECOND);
    assert.equal((await donate()).code, 102);
  });

  it('is heard in the words of the contract, as are devices and the ends of codes', async () => {
    await buildSale(app);
    await openSandbox(app);
    const end = new Date(app.clock.now().getTime() + MINUTE).toISOString();
    const { code, id } = await buildCode(app, { expires_at: end });
    const token = await liveToken(app, code);
    await send(app, DEACTIVE, { device_id: 'device-1' }, { token });
    const donation = await donate();
    await pay(donation.data.order_id);
    await app.settle();
    app.clock.advance(2 * MINUTE);
    await app.app.scheduler.run('extstars-accounts.code-expiry');
    await app.settle();

    const about = { app_id: APP, code_id: id, device_id: 'device-1' };
    const said = (name: string): unknown => heard.find((one) => one.name === name)?.payload;
    assert.deepEqual(heard.map(({ name }) => name).toSorted(), [...ASKED, ...TOLD].toSorted());
    for (const name of ASKED) assert.deepEqual(said(name), about, name);
    for (const name of TOLD.slice(0, 2)) {
      const { activation_id, ...rest } = said(name) as Record<string, unknown>;
      assert.deepEqual([typeof activation_id, rest], ['number', about], name);
    }
    assert.deepEqual(said('onAfterExtstarsOrderPaid'), { app_id: APP, order_id: donation.data.order_id });
  });
});
