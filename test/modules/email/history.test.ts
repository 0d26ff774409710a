import assert from 'node:assert/strict';
import { atomic } from '#core/context';
import { emailService, type SentEmail } from '#modules/email/contract';
import { admin, useApp } from '../../support/app.ts';
import { modules, queueOf } from '../../support/build/email.ts';
import { buildClient, type BuiltClient } from '../../support/build/client.ts';

describe('the log of letters', () => {
  const app = useApp({ modules });

  interface Logged {
    readonly id: number;
    readonly subject: string;
    readonly content_html: string;
  }

  const record = (email: Partial<SentEmail>): Promise<void> =>
    atomic(app.system(), (tx) =>
      app.app.service(emailService).record(tx, {
        clientId: undefined,
        sender: 'shop@example.com',
        recipients: 'kay@example.com',
        subject: 'Hello',
        html: '<p>Hi</p>',
        text: 'Hi',
        ...email,
      }),
    );

  const list = (who: BuiltClient['caller'], filter: object = {}) =>
    app.call<{ list: Logged[]; total: number }>(who, 'email/get_list', filter);
  const listAll = (filter: object = {}) =>
    app.call<{ list: Logged[]; total: number }>(admin, 'email/email_get_list', filter);

  describe('the history of mail', () => {
    it('shows clients their own, the newest first', async () => {
      const [ann, ben] = [await buildClient(app), await buildClient(app)];
      for (const subject of ['One', 'Two']) await record({ clientId: ann.id, subject });

      assert.deepEqual(
        (await list(ann.caller)).list.map(({ subject }) => subject),
        ['Two', 'One'],
      );
      assert.equal((await list(ben.caller, { client_id: ann.id })).total, 0);
    });

    it('does not have, for a client, what is another one’s', async () => {
      const [ann, ben] = [await buildClient(app), await buildClient(app)];
      await record({ clientId: ann.id });
      const [{ id } = { id: 0 }] = (await listAll()).list;

      for (const method of ['get', 'resend', 'delete'])
        assert.equal((await app.refusal(ben.caller, `email/${method}`, { id })).message, 'Email not found');
      await app.call(ann.caller, 'email/delete', { id });
      assert.equal((await app.refusal(ann.caller, 'email/get', { id })).message, 'Email not found');
    });

    it('is searched', async () => {
      await record({ subject: 'About cats', recipients: 'a@example.com' });
      await record({ subject: 'About dogs', sender: 'desk@example.com' });
      const day = new Date(app.clock.now().getTime());
      const today = `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, '0')}-${String(day.getDate()).padStart(2, '0')}`;

      assert.equal((await listAll({ subject: 'CATS' })).total, 1);
      assert.equal((await listAll({ sender: 'desk' })).total, 1);
      assert.equal((await listAll({ recipient: 'a@' })).total, 1);
      assert.equal((await listAll({ search: 'about' })).total, 2);
      assert.equal((await listAll({ search: "%' or 1=1 --" })).total, 0);
      assert.equal((await listAll({ date_from: today, date_to: today })).total, 2);
      assert.equal((await listAll({ date_to: '2001-01-01' })).total, 0);
      assert.match((await app.refusal(admin, 'email/email_get_list', { date_from: 'soon' })).message, /date_from/);
    });

    it('shows nothing that would run or call home', async () => {
      await record({
        html: '<p onclick="x()">Hi<script>alert(1)</script><img src="http://spy.test/1.gif"><a href="javascript:x()">y</a></p>',
      });

      assert.equal((await listAll()).list[0]?.content_html, '<p>Hi<a>y</a></p>');
    });

    it('keeps contents sealed', async () => {
      await record({ html: 'open-sesame', text: 'open-sesame' });

      const rows = (await app.app.database.knex('activity_client_email')) as object[];

      assert.doesNotMatch(JSON.stringify(rows), /open-sesame/);
    });

    it('sends a letter again, to the address of today', async () => {
      const ann = await buildClient(app);
      await record({ clientId: ann.id, recipients: 'old@example.com', subject: 'Once more' });
      const [{ id } = { id: 0 }] = (await listAll()).list;

      await app.call(ann.caller, 'email/resend', { id });
      await app.call(admin, 'email/email_resend', { id });

      assert.deepEqual(
        (await queueOf(app)).map(({ recipient }) => recipient),
        [ann.email, ann.email],
      );
    });

    it('does not know whom to send what was nobody’s', async () => {
      await record({});
      const [{ id } = { id: 0 }] = (await listAll()).list;

      assert.equal((await app.refusal(admin, 'email/email_resend', { id })).message, 'Client ID or email is required');
    });

    it('forgets what staff remove', async () => {
      for (let count = 0; count < 3; count++) await record({});
      const ids = (await listAll()).list.map(({ id }) => id);

      await app.call(admin, 'email/email_delete', { id: ids[0] });
      await app.call(admin, 'email/batch_delete', { ids: ids.slice(1) });

      assert.equal((await listAll()).total, 0);
      assert.equal((await app.refusal(admin, 'email/email_delete', { id: ids[0] })).message, 'Email not found');
    });

    it('forgets what is old, a chunk at a time', async () => {
      for (let count = 0; count < 3; count++) await record({});
      const time = new Date(app.clock.now().getTime() + 1);

      const went = await atomic(app.system(), (tx) => app.app.service(emailService).forgetBefore(tx, time, 2));

      assert.equal(went, 2);
      assert.equal((await listAll()).total, 1);
    });
  });
});
