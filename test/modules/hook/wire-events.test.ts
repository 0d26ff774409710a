import assert from 'node:assert/strict';
import { Type } from '@sinclair/typebox';
import { forbidden } from '#core/error';
import { defineEvent, defineHook } from '#core/event';
import { before, on } from '#core/listener';
import { defineModule } from '#core/module';
import { wireEvents } from '#modules/hook/wire-events';
import { shippedModules } from '#modules/index';
import { admin, ADMIN, guest, useApp } from '../../support/app.ts';
import { buildClient, PASSWORD, signUp } from '../../support/build/client.ts';
import { buildStaff } from '../../support/build/staff.ts';

interface Heard {
  readonly event: string;
  readonly params: Readonly<Record<string, unknown>>;
}

const heard: Heard[] = [];
let refused: string | undefined;
const Anything = Type.Object({}, { additionalProperties: true });
const names = [...new Set(wireEvents(undefined).map(({ as }) => as))];
const isQuestion = (name: string): boolean => name.startsWith('onBefore');

/** A module of somebody else, who knows the contract's words only and listens to all of them. */
const eavesdropper = defineModule({
  name: 'eavesdropper',
  title: 'Eavesdropper',
  version: '1.0.0',
  migrations: [],
  setup: () => ({
    listeners: names
      .filter((name) => !isQuestion(name))
      .map((event) =>
        on(defineEvent(event, Anything), `hear_${event}`, async (_ctx, params) => void heard.push({ event, params })),
      ),
    hooks: names.filter(isQuestion).map((event) =>
      before(defineHook(event, Anything), async (_tx, params) => {
        heard.push({ event, params });
        if (refused === event) throw forbidden('eavesdropper.refused', 'Not with me.');
      }),
    ),
  }),
});

describe('events in the words of the contract', () => {
  const app = useApp({ modules: [...shippedModules, eavesdropper], install: ['eavesdropper'] });
  const eventsOf = async (work: () => Promise<unknown>): Promise<string[]> => {
    await app.settle();
    heard.splice(0);
    await work();
    await app.settle();
    return heard.map(({ event }) => event).sort();
  };
  const paramsOf = (event: string) => heard.find((one) => one.event === event)?.params;
  beforeEach(() => {
    heard.splice(0);
    refused = undefined;
  });

  it('are told of a sign-up', async () => {
    const visitor = signUp({ first_name: 'Eve', last_name: 'Ng' });

    const events = await eventsOf(() => app.call(guest, 'client/create', visitor));

    assert.deepEqual(events, ['onAfterClientLogin', 'onAfterClientSignUp', 'onBeforeClientSignUp']);
    const { id, ...params } = paramsOf('onAfterClientSignUp') ?? {};
    assert.deepEqual(params, { email: visitor.email, first_name: 'Eve', last_name: 'Ng', ip: '127.0.0.1' });
    assert.equal(typeof id, 'number');
    assert.equal(paramsOf('onBeforeClientSignUp')?.['email'], visitor.email);
  });

  it('are told of signing in, of clients and of staff, and of what failed', async () => {
    const { id, email } = await buildClient(app);

    const events = await eventsOf(async () => {
      await app.call(guest, 'client/login', { email, password: PASSWORD });
      await app.refusal(guest, 'client/login', { email, password: 'Wrong-Day-1' });
      await app.call(guest, 'staff/login', { email: ADMIN.email, password: ADMIN.password });
      await app.refusal(guest, 'staff/login', { email: ADMIN.email, password: 'Wrong-Day-1' });
    });

    assert.deepEqual(events, [
      'onAfterAdminLogin',
      'onAfterClientLogin',
      'onBeforeAdminLogin',
      'onBeforeAdminLogin',
      'onBeforeClientLogin',
      'onBeforeClientLogin',
      'onEventAdminLoginFailed',
      'onEventClientLoginFailed',
    ]);
    assert.equal(paramsOf('onAfterClientLogin')?.['id'], id);
  });

  it('never hold a password', async () => {
    await app.call(guest, 'client/create', signUp());
    const { email } = await buildClient(app);
    await app.call(guest, 'client/login', { email, password: PASSWORD });
    await buildStaff(app);
    await app.settle();

    assert.ok(heard.length > 8);
    assert.doesNotMatch(JSON.stringify(heard), /Sunny-Day|Quiet-Night/);
  });

  it('are told of what staff do to a client', async () => {
    let id = 0;
    const events = await eventsOf(async () => {
      ({ id } = await buildClient(app));
      await app.call(admin, 'client/update', { id, city: 'Turku' });
      const next = { password: 'Rainy-Day-43', password_confirm: 'Rainy-Day-43' };
      await app.call(admin, 'client/change_password', { id, ...next });
      await app.call(admin, 'client/delete', { id });
    });

    assert.deepEqual(events, [
      'onAfterAdminClientCreate',
      'onAfterAdminClientDelete',
      'onAfterAdminClientPasswordChange',
      'onAfterAdminClientUpdate',
      'onAfterAdminCreateClient',
      'onBeforeAdminClientCreate',
      'onBeforeAdminClientDelete',
      'onBeforeAdminClientPasswordChange',
      'onBeforeAdminClientUpdate',
      'onBeforeAdminCreateClient',
    ]);
    assert.deepEqual(paramsOf('onAfterAdminCreateClient'), { id });
    assert.deepEqual([paramsOf('onBeforeAdminClientUpdate')?.['city'], paramsOf('onBeforeAdminClientUpdate')?.['id']], ['Turku', id]); // prettier-ignore
  });

  it('are told of what clients do to their own account', async () => {
    const { id, caller } = await buildClient(app);

    const events = await eventsOf(async () => {
      await app.call(caller, 'profile/update', { city: 'Turku' });
      const next = { new_password: 'Rainy-Day-43', confirm_password: 'Rainy-Day-43' };
      await app.call(caller, 'profile/change_password', { current_password: PASSWORD, ...next });
    });

    assert.deepEqual(events, [
      'onAfterClientProfilePasswordChange',
      'onAfterClientProfileUpdate',
      'onBeforeClientProfilePasswordChange',
      'onBeforeClientProfileUpdate',
    ]);
    assert.deepEqual(paramsOf('onAfterClientProfileUpdate'), { id });
  });

  it('are told of invoices', async () => {
    const { id: client_id } = await buildClient(app, { currency: 'USD', billing_email: 'books@example.com' });
    let id = 0;

    const events = await eventsOf(async () => {
      const items = [{ title: 'Work', price: 10 }];
      id = Number(await app.call(admin, 'invoice/prepare', { client_id, items }));
      await app.call(admin, 'invoice/approve', { id });
      await app.call(admin, 'invoice/update', { id, notes: 'x' });
      await app.call(admin, 'invoice/send_reminder', { id });
      await app.call(admin, 'invoice/mark_as_paid', { id, gateway_id: 2 });
      await app.call(admin, 'invoice/refund', { id });
      await app.call(admin, 'invoice/delete', { id });
    });

    for (const event of [
      'onBeforeAdminInvoiceApprove',
      'onAfterAdminInvoiceApprove',
      'onAfterAdminInvoiceUpdate',
      'onAfterAdminInvoiceReminderSent',
      'onAfterAdminInvoicePaymentReceived',
      'onAfterAdminInvoiceRefund',
      'onBeforeAdminInvoiceDelete',
      'onAfterAdminInvoiceDelete',
    ])
      assert.ok(events.includes(event), `${event} is not among ${events.join()}`);
    assert.deepEqual(paramsOf('onAfterAdminInvoicePaymentReceived'), { id });
    const approved = paramsOf('onAfterAdminInvoiceApprove') as { total: number; client: { billing_email: string } };
    assert.deepEqual([approved.total, approved.client.billing_email], [10, 'books@example.com']);
  });

  it('are told of what is due, with the days staff chose', async () => {
    app.clock.set('2030-03-03T09:00:00Z');
    await app.call(admin, 'system/update_params', {
      invoice_reminder_before_due_days: '7, 1',
      invoice_reminder_after_due_days: '5',
    });
    const { id: client_id } = await buildClient(app, { currency: 'USD' });
    const due = async (due_at: string): Promise<number> => {
      const items = [{ title: 'Work', price: 10 }];
      const id = Number(await app.call(admin, 'invoice/prepare', { client_id, items, approve: 1 }));
      await app.call(admin, 'invoice/update', { id, due_at });
      return id;
    };
    const [soon, late] = [await due('2030-03-10 08:00:00'), await due('2030-02-26 08:00:00')];

    await app.call(admin, 'invoice/batch_send_reminders');
    await app.settle();

    assert.deepEqual(paramsOf('onEventBeforeInvoiceIsDue'), { id: soon, days_left: 7, reminder_intervals: [1, 7] });
    assert.deepEqual(paramsOf('onEventAfterInvoiceIsDue'), { id: late, days_passed: 5, reminder_intervals: [5] });
  });

  it('are told of staff, settings, extensions and notifications', async () => {
    const events = await eventsOf(async () => {
      const { id, caller } = await buildStaff(app);
      await app.call(admin, 'staff/update', { id, name: 'Sam' });
      await app.call(caller, 'profile/update', { name: 'Sammy' });
      await app.call(caller, 'profile/generate_api_key');
      await app.call(admin, 'staff/delete', { id });
      await app.call(admin, 'system/update_params', { anything: 'x' });
      await app.call(admin, 'extension/config_save', { ext: 'mod_any', secret: 's' });
      await app.call(admin, 'extension/activate', { id: 'notification', type: 'mod' });
      await app.call(admin, 'notification/add', { message: 'Hear!' });
    });

    assert.deepEqual(events, [
      'onAfterAdminActivateExtension',
      'onAfterAdminExtensionConfigSave',
      'onAfterAdminNotificationAdd',
      'onAfterAdminSettingsUpdate',
      'onAfterAdminStaffApiKeyChange',
      'onAfterAdminStaffCreate',
      'onAfterAdminStaffDelete',
      'onAfterAdminStaffProfileUpdate',
      'onAfterAdminStaffUpdate',
      'onBeforeAdminActivateExtension',
      'onBeforeAdminExtensionConfigSave',
      'onBeforeAdminSettingsUpdate',
      'onBeforeAdminStaffApiKeyChange',
      'onBeforeAdminStaffCreate',
      'onBeforeAdminStaffDelete',
      'onBeforeAdminStaffProfileUpdate',
      'onBeforeAdminStaffUpdate',
    ]);
  });

  it('are told of a run of the jobs', async () => {
    const told = await eventsOf(() => app.call(admin, 'cron/run'));

    assert.deepEqual(
      told.filter((event) => event.endsWith('CronRun')),
      ['onAfterAdminCronRun', 'onBeforeAdminCronRun'],
    );
  });

  it('may refuse what they are asked about, which then does not happen', async () => {
    const { id } = await buildClient(app, { city: 'Bern' });
    refused = 'onBeforeAdminClientUpdate';

    const { message, code } = await app.refusal(admin, 'client/update', { id, city: 'Turku' });

    assert.deepEqual([message, code], ['Not with me.', 403]);
    assert.equal((await app.call<{ city: string }>(admin, 'client/get', { id })).city, 'Bern');
  });

  it('cost no delivery while nobody listens', async () => {
    await app.call(admin, 'extension/deactivate', { id: 'eavesdropper', type: 'mod' });
    await app.settle();
    const { id } = await buildClient(app);

    await app.call(admin, 'client/update', { id, city: 'Turku' });

    assert.deepEqual(await app.app.database.knex('outbox').where('event', 'like', 'on%'), []);
  });
});
