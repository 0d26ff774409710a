import assert from 'node:assert/strict';
import { orderService } from '#modules/order/contract';
import { Type } from '@sinclair/typebox';
import { atomic } from '#core/context';
import { forbidden } from '#core/error';
import { defineEvent, defineHook } from '#core/event';
import { before, on } from '#core/listener';
import { defineModule } from '#core/module';
import { orderCheckedOut } from '#modules/order/contract';
import { wireEvents } from '#modules/hook/wire-events';
import { admin, useApp } from '../../support/app.ts';
import { buildCounter, buildLever, checkOut, historyOf, order, seen } from '../../support/build/order.ts';
import { buildClient } from '../../support/build/sale.ts';

const Anything = Type.Object({}, { additionalProperties: true });
const names = [...new Set(wireEvents(undefined).map(({ as }) => as))].filter((name) => /Order|AdminBatch/.test(name));
const heard: string[] = [];
let refused: string | undefined;

/** Somebody who knows the words of the contract only. */
const listener = defineModule({
  name: 'listener',
  title: 'Listener',
  version: '1.0.0',
  isEssential: true,
  migrations: [],
  setup: () => ({
    listeners: names
      .filter((name) => name.startsWith('onAfter'))
      .map((event) =>
        on(defineEvent(event, Anything), `hear_${event}`, async (_ctx, params) => void heard.push(said(event, params))),
      ),
    hooks: names
      .filter((name) => name.startsWith('onBefore'))
      .map((event) =>
        before(defineHook(event, Anything), async (_tx, params) => {
          heard.push(said(event, params));
          if (refused === event) throw forbidden('listener.refused', 'Not with me.');
        }),
      ),
  }),
});
const said = (event: string, params: unknown): string => `${event} ${(params as { id?: number }).id ?? '-'}`;

describe('what happens to orders', () => {
  const counter = buildCounter();
  const app = useApp({ modules: [...counter.modules, listener] });
  beforeEach(() => {
    counter.reset();
    heard.splice(0);
    refused = undefined;
  });
  const after = async (work: () => Promise<unknown>): Promise<string[]> => {
    await app.settle();
    heard.splice(0);
    await work();
    await app.settle();
    return [...heard].sort();
  };

  it('is asked and told in the words of the contract', async () => {
    const id = await order(app, { period: '1M', price: 1 });

    for (const [step, word] of [
      ['activate', 'Activate'],
      ['renew', 'Renew'],
      ['suspend', 'Suspend'],
      ['unsuspend', 'Unsuspend'],
      ['cancel', 'Cancel'],
      ['uncancel', 'Uncancel'],
      ['update', 'Update'],
      ['delete', 'Delete'],
    ] as const)
      assert.deepEqual(await after(() => app.call(admin, `order/${step}`, { id })), [
        `onAfterAdminOrder${word} ${id}`,
        `onBeforeAdminOrder${word} ${id}`,
      ]);
  });

  it('is told of a creation by staff, and not by a checkout', async () => {
    const ids = { client_id: await buildClient(app), product_id: await buildLever(app) };

    let id = 0;

    const told = await after(async () => (id = await app.call<number>(admin, 'order/create', ids)));
    assert.deepEqual(told, [`onAfterAdminOrderCreate ${id}`, 'onBeforeAdminOrderCreate -']);
    assert.deepEqual(await after(() => checkOut(app, [ids.product_id])), []);
  });

  it('is not told when it shall be quiet', async () => {
    const id = await order(app, { activate: 1 });

    assert.deepEqual(await after(() => app.call(admin, 'order/suspend', { id, skip_event: 1 })), []);
  });

  it('does not happen when somebody who is asked refuses, and leaves no trace', async () => {
    const id = await order(app);
    refused = 'onBeforeAdminOrderActivate';

    assert.equal((await app.refusal(admin, 'order/activate', { id })).message, 'Not with me.');

    assert.equal((await seen(app, id)).status, 'pending_setup');
    assert.deepEqual(await historyOf(app, id), []);
  });

  it('ends no subscription when somebody who is asked refuses', async () => {
    const id = await order(app, { activate: 1 });
    refused = 'onBeforeAdminOrderCancel';

    await app.refusal(admin, 'order/cancel', { id });

    assert.deepEqual(counter.calls, []);
  });

  for (const [method, name, isOn] of [
    ['suspend_expired', 'SuspendOrders', true],
    ['send_suspension_warnings', 'SendSuspensionWarnings', true],
    ['cancel_suspended', 'CancelSuspendedOrders', false],
    ['cancel_unpaid', 'CancelUnpaidOrders', false],
  ] as const) {
    it(`is asked before the run ${method}${isOn ? ' and told after it' : ', also when it is switched off'}`, async () => {
      const told = await after(() => app.call(admin, `order/batch_${method}`));

      const expected = isOn
        ? [`onAfterAdminBatch${name} -`, `onBeforeAdminBatch${name} -`]
        : [`onBeforeAdminBatch${name} -`];
      assert.deepEqual(told, expected);
    });
  }

  it('is told to staff once per checkout, by letter', async () => {
    const product = await buildLever(app);
    const [master, second] = await checkOut(app, [product, product]);
    const ids = [master?.id ?? 0, second?.id ?? 0];

    const told = await after(() =>
      atomic(app.system(), (tx) =>
        tx.emit(orderCheckedOut, { clientId: master?.clientId ?? 0, masterId: ids[0] ?? 0, orderIds: ids }),
      ),
    );

    assert.deepEqual(told, [`onAfterClientOrderCreate ${ids[0]}`]);
    assert.equal((await app.mails()).filter((mail) => mail.includes('Lever')).length, 1);
  });
});

describe('the doctor', () => {
  const counter = buildCounter();
  const app = useApp({ modules: counter.modules });
  beforeEach(() => counter.reset());
  const findings = async () => (await app.app.examine()).filter((finding) => finding.includes('Order '));

  it('finds nothing where all is well', async () => {
    await order(app, { activate: 1 });
    await checkOut(app, [await buildLever(app)]);

    assert.deepEqual(await findings(), []);
  });

  it('finds what is active and not there', async () => {
    app.plantsFaults();
    const id = await order(app, { activate: 1 });
    counter.failing.add('show');

    assert.deepEqual(await findings(), [`Order ${id} is active, but its lever service is not there.`]);
  });

  it('finds what was bought, is active and was never paid', async () => {
    app.plantsFaults();
    const transitions = app.app.service(orderService);
    const [placed] = await checkOut(app, [await buildLever(app)]);
    await transitions.activate(app.system(), placed?.id ?? 0);
    const paid = (await checkOut(app, [placed?.productId ?? 0]))[0]?.id ?? 0;
    await transitions.activate(app.system(), paid);
    counter.paid.add(paid);
    const byHand = (await checkOut(app, [placed?.productId ?? 0]))[0]?.id ?? 0;
    await app.call(admin, 'order/activate', { id: byHand });

    assert.deepEqual(await findings(), [`Order ${placed?.id} is active, but nobody ever paid for it.`]);
  });
});
