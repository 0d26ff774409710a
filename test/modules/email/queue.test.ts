import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DAY, MINUTE, SECOND } from '#core/clock';
import { admin, guest, useApp } from '../../support/app.ts';
import { configure, modules, queueLetter, queueOf } from '../../support/build/email.ts';
import { signUp } from '../../support/build/client.ts';
import { startSmtp, type SmtpServer } from '../../support/smtp.ts';

describe('the queue of letters', () => {
  const app = useApp({ modules });

  describe('the queue of mail', () => {
    let smtp: SmtpServer;
    beforeEach(async () => {
      smtp = await startSmtp();
      await configure(app, { mailer: 'custom', custom_dsn: smtp.url, log_enabled: 1 });
    });
    afterEach(() => smtp.close());

    const sent = () => smtp.mails.length;
    const pass = async (milliseconds: number) => {
      app.clock.advance(milliseconds);
      await app.settle();
    };

    it('sends a letter once it is committed, without cron', async () => {
      await queueLetter(app, 'kay@example.com', { to_name: 'Kay' });

      await app.settle();

      assert.equal(sent(), 1);
      assert.deepEqual(smtp.recipients, [['kay@example.com']]);
      assert.deepEqual(await queueOf(app), []);
    });

    it('goes through the server that the staff set, else the files of the outbox', async () => {
      await configure(app, {});

      await queueLetter(app, 'kay@example.com');
      await app.settle();

      assert.equal(sent(), 0);
      assert.equal((await app.mails()).length, 1);
    });

    it('keeps what staff write by hand for a moment', async () => {
      await app.call(admin, 'email/send', {
        to: 'kay@example.com',
        to_name: 'Kay',
        from: 'shop@example.com',
        from_name: 'Shop',
        subject: 'Hello',
        content: '<b>Hi</b>',
      });
      await app.settle();

      assert.equal((await queueOf(app))[0]?.status, 'pending');
      await pass(11 * SECOND);
      assert.equal(sent(), 1);
    });

    it('is emptied by batch_sendmail', async () => {
      await queueLetter(app, 'a@example.com');
      await queueLetter(app, 'b@example.com');

      assert.equal(await app.call(admin, 'email/batch_sendmail'), null);

      assert.equal(sent(), 2);
      await app.settle();
      assert.equal(sent(), 2);
    });

    for (const mood of ['refuses', 'drops', 'hangs'] as const)
      it(`tries again when the server ${mood}, ever later`, async () => {
        smtp.mood = mood;
        await queueLetter(app, 'kay@example.com');

        await app.settle();

        assert.deepEqual(
          (await queueOf(app)).map(({ status, tries }) => [status, tries]),
          [['failed', 1]],
        );
        await app.settle();
        assert.equal(smtp.visits, 1);
        smtp.mood = 'takes';
        await pass(61 * SECOND);
        assert.equal(sent(), 1);
        assert.deepEqual(await queueOf(app), []);
      });

    it('tries again when there is no server', async () => {
      const { url } = smtp;
      await smtp.close();
      await queueLetter(app, 'kay@example.com');

      await app.settle();

      assert.equal((await queueOf(app))[0]?.tries, 1);
      smtp = await startSmtp();
      await configure(app, { mailer: 'custom', custom_dsn: smtp.url });
      assert.notEqual(smtp.url, url);
      await pass(61 * SECOND);
      assert.equal(sent(), 1);
    });

    it('does not let a server that hangs hold up everything else', async () => {
      smtp.mood = 'hangs';
      for (let count = 0; count < 12; count++) await queueLetter(app, `kay${count}@example.com`);

      await app.settle();

      assert.ok(smtp.visits <= 4, `${smtp.visits} visits`);
      smtp.mood = 'takes';
      for (let count = 0; count < 4; count++) await pass(MINUTE);
      assert.equal(sent(), 12);
    });

    it('gives up after more tries than cancel_after, and says so', async () => {
      await configure(app, { mailer: 'custom', custom_dsn: smtp.url, cancel_after: 2, log_enabled: 1 });
      smtp.mood = 'refuses';
      await queueLetter(app, 'kay@example.com');

      for (let count = 0; count < 5; count++) await pass(10 * MINUTE);

      assert.equal(smtp.visits, 3);
      assert.deepEqual(await queueOf(app), []);
      assert.equal((await app.call<{ total: number }>(admin, 'email/email_get_list')).total, 1);
      const lines = await app.app.database
        .knex('activity_system')
        .where('message', 'like', 'Gave up%')
        .select('message');
      assert.equal(lines.length, 1);
    });

    it('sends the same posting once, also when it comes again after it was sent', async () => {
      const post = () => app.app.bus.deliverDue();
      await app.call(guest, 'client/create', signUp());
      const deliveries = (await app.app.database
        .knex('outbox')
        .where('subscriber', 'like', 'client.mail:%')) as object[];
      await post();
      const before = sent();

      await app.app.database.knex('outbox').insert(deliveries);
      await post();

      assert.ok(before > 0);
      assert.equal(sent(), before);
      app.clock.advance(8 * DAY);
      await app.app.scheduler.run('email.batch_sendmail');
      assert.deepEqual(await app.app.database.knex('email_sent').select('*'), []);
    });

    it('sends each mail once when two processes send at the same moment', async () => {
      for (let count = 0; count < 8; count++) await queueLetter(app, `kay${count}@example.com`);

      await app.together(async (other) => {
        await Promise.all([
          app.app.bus.deliverDue(),
          other.bus.deliverDue(),
          app.app.scheduler.run('email.batch_sendmail'),
          app.call(admin, 'email/batch_sendmail'),
        ]);
      });

      assert.equal(sent(), 8);
      assert.equal(new Set(smtp.recipients.flat()).size, 8);
    });

    it('leaves a mail to the process that has it, until its lease is over', async () => {
      await queueLetter(app, 'kay@example.com');
      await app.app.database.knex('email_queue').update({
        status: 'sending',
        lease_holder: 'another',
        leased_until: new Date(app.clock.now().getTime() + MINUTE),
      });

      await app.call(admin, 'email/batch_sendmail');
      await app.settle();

      assert.equal(sent(), 0);
      await pass(2 * MINUTE);
      assert.equal(sent(), 1);
    });

    it('sends as many at once as the settings say, the urgent first', async () => {
      await configure(app, { mailer: 'custom', custom_dsn: smtp.url, queue_once: 1 });
      await queueLetter(app, 'late@example.com');
      await queueLetter(app, 'urgent@example.com');
      await app.app.database.knex('email_queue').where({ recipient: 'urgent@example.com' }).update({ priority: 9 });

      await app.app.scheduler.run('email.batch_sendmail');

      assert.deepEqual(smtp.recipients, [['urgent@example.com']]);
    });

    it('stops when the time of a run is over', async () => {
      await configure(app, { mailer: 'custom', custom_dsn: smtp.url, time_limit: 0 });
      await queueLetter(app, 'kay@example.com');

      await app.call(admin, 'email/batch_sendmail');

      assert.equal(sent(), 0);
    });

    it('tells staff at once what is wrong, without the password', async () => {
      await configure(app, { mailer: 'custom', custom_dsn: smtp.url.replace('smtp://', 'smtp://user:Secret-Word-9@') });
      smtp.mood = 'refuses';

      const { message } = await app.refusal(admin, 'email/send_test');

      assert.ok(message.length <= 350);
      assert.doesNotMatch(message, /Secret-Word-9/);
      await configure(app, { mailer: 'custom', custom_dsn: smtp.url });
      smtp.mood = 'takes';
      assert.equal(await app.call(admin, 'email/send_test'), true);
      assert.equal(sent(), 1);
    });

    it('sends now what shall be sent now', async () => {
      const accepted = await queueLetter(app, 'kay@example.com', { send_now: true });

      assert.equal(accepted, true);
      assert.equal(sent(), 1);
      const refused = await app.refusal(admin, 'email/template_send', {
        code: 'x',
        to: 'a@example.com',
        send_now: 'yes',
      });
      assert.match(refused.message, /send_now/);
    });

    it('sends a copy to whom the settings say, without telling', async () => {
      await configure(app, { mailer: 'custom', custom_dsn: smtp.url, bcc_email: 'archive@shop.test, nonsense' });

      await queueLetter(app, 'kay@example.com');
      await app.settle();

      assert.deepEqual(smtp.recipients, [['kay@example.com', 'archive@shop.test']]);
      assert.doesNotMatch(smtp.mails[0] ?? '', /archive/);
    });

    it('runs no command that an address names', async () => {
      await configure(app, { mailer: 'custom', custom_dsn: 'sendmail://default?command=touch+/tmp/x' });

      assert.match((await app.refusal(admin, 'email/send_test')).message, /not supported/);
    });

    it('names files after letters, never after paths', async () => {
      await configure(app, {});

      await queueLetter(app, 'kay@example.com', { code: '../../../escaped' });
      await app.settle();

      const names = await readdir(join(app.app.config.dataDir, 'outbox'));
      assert.equal(names.length, 1);
      assert.match(names[0] ?? '', /^[\w-]+\.eml$/);
    });

    it('keeps contents sealed', async () => {
      await queueLetter(app, 'kay@example.com', { default_template: 'The key is open-sesame' });

      const [row] = (await app.app.database.knex('email_queue')) as { content: string }[];

      assert.doesNotMatch(row?.content ?? '', /open-sesame/);
      assert.match((await queueOf(app))[0]?.content ?? '', /open-sesame/);
    });

    it('knows nothing of addresses that are none', async () => {
      const letter = { to_name: 'K', from: 'a@example.com', from_name: 'S', subject: 'S', content: 'C' };

      for (const to of ['nobody', 'a@example.com\r\nBcc: b@example.com', 'a@example.com,b@example.com'])
        assert.equal((await app.refusal(admin, 'email/send', { ...letter, to })).message, 'Email address is invalid');
      assert.match(
        (await app.refusal(admin, 'email/template_send', { code: 'mod_x' })).message,
        /^Receiver is not defined/,
      );
    });
  });
});
