import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { readText } from '#modules/email/letter-files';
import { createSandbox } from '#core/template/sandbox';
import { defineEvent } from '#core/event';
import { mail } from '#core/listener';
import { defineModule } from '#core/module';
import { atomic } from '#core/context';
import { Type } from '@sinclair/typebox';
import { shippedModules } from '#modules/index';
import { admin, client, guest, useApp } from '../../support/app.ts';
import { configure, modules, queueLetter, queueOf, readable } from '../../support/build/email.ts';
import { buildClient, signUp } from '../../support/build/client.ts';

const sandbox = createSandbox({
  baseUrl: 'http://shop.test',
  timeZone: 'UTC',
  subject: 'Email template',
  code: 'email.template',
});

describe('the letters that ship', () => {
  for (const { name, folder } of shippedModules) {
    if (folder === undefined) continue;
    const at = new URL('views/mail/', folder);
    for (const file of namesIn(at)) {
      it(`have ${name}/${file} in English and Chinese, speaking of the same`, () => {
        const [english, chinese] = [file, `zh_CN/${file}`].map((path) =>
          readText(name, file, readFileSync(new URL(path, at), 'utf8')),
        );

        assert.ok(english && chinese);
        assert.match(`${chinese.subject}${chinese.content}`, /\p{Script=Han}/u);
        assert.deepEqual(wordsOf(chinese), wordsOf(english));
        assert.match(english.subject, /^\[\{\{ sender\.company \}\}\] /);
      });
    }
  }
});

function namesIn(folder: URL): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.liquid'));
  } catch {
    return [];
  }
}

const wordsOf = ({ subject, content }: { subject: string; content: string }): string[] =>
  [...new Set([...sandbox.variables(subject), ...sandbox.variables(content)].map((path) => path.join('.')))].toSorted();

const listed = defineEvent('newsroom.listed', Type.Object({ to: Type.String() }));
const newsroom = defineModule({
  name: 'newsroom',
  title: 'Newsroom',
  version: '1.0.0',
  isEssential: true,
  migrations: [],
  // Any letter will do: that of the test.
  folder: new URL('../../../modules/email/', import.meta.url),
  setup: () => ({
    mails: [
      mail(listed, 'mod_email_test', async (_ctx, { to }) => ({
        to,
        vars: { staff: { name: undefined } },
        unsubscribeUrl: 'https://shop.test/leave?who=1',
      })),
    ],
  }),
});

describe('a letter on its way', () => {
  const app = useApp({ modules: [...modules, newsroom] });
  const onlyMail = async (): Promise<string> => {
    await app.settle();
    const mails = await app.mails();
    assert.equal(mails.length, 1);
    return mails[0] ?? '';
  };

  it('is in the language of its client', async () => {
    const { email } = await buildClient(app, { lang: 'zh_CN' });
    await app.call(guest, 'client/reset_password', { email });

    assert.match(readable(await onlyMail()), /确认重设密码|您的账户|重设密码/);
  });

  it('is in the language of the installation when the client has none', async () => {
    await app.call(admin, 'system/update_params', { locale: 'zh_CN' });
    const { email } = await buildClient(app);
    await app.call(guest, 'client/reset_password', { email });

    assert.match(readable(await onlyMail()), /您好/);
  });

  it('says that a machine wrote it, and offers no way out of what nobody can do without', async () => {
    await queueLetter(app, 'kay@example.com', { to_name: 'Kay' });

    const text = await onlyMail();
    assert.match(text, /^Auto-Submitted: auto-generated\r$/m);
    assert.match(text, /^To: Kay <kay@example.com>\r$/m);
    assert.doesNotMatch(text, /^List-Unsubscribe/m);
    assert.match(text, /^Content-Type: text\/plain/m);
    assert.match(text, /^Content-Type: text\/html/m);
  });

  it('offers a way out where its module names one', async () => {
    await atomic(app.system(), (tx) => tx.emit(listed, { to: 'kay@example.com' }));

    const text = await onlyMail();
    assert.match(text, /^List-Unsubscribe: <https:\/\/shop\.test\/leave\?who=1>\r$/m);
    assert.match(text, /^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r$/m);
  });

  it('gets no header from names and subjects', async () => {
    const evil = 'Kay\r\nBcc: all@example.com\r\nX-Evil: 1';

    await queueLetter(app, 'kay@example.com', {
      to_name: evil,
      from_name: evil,
      default_subject: '{{ what }}',
      what: evil,
    });

    const text = await onlyMail();
    assert.doesNotMatch(text, /^(Bcc|X-Evil):/m);
  });

  it('comes from and goes in copy to whom the settings say', async () => {
    await configure(app, {
      from_email: 'desk@shop.test',
      from_name: 'Desk',
      reply_to: 'help@shop.test',
      signature: 'Yours, Desk',
    });
    await queueLetter(app, 'kay@example.com', { default_template: '{{ sender.signature }}' });

    const text = await onlyMail();
    assert.match(text, /^From: Desk <desk@shop\.test>\r$/m);
    assert.match(text, /^Reply-To: help@shop\.test\r$/m);
    assert.match(readable(text), /Yours, Desk/);
  });

  it('is signed when there is a key', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    await configure(app, { dkim_domain: 'shop.test', dkim_selector: 'k1', dkim_private_key: pem });
    await queueLetter(app, 'kay@example.com');

    assert.ok(isSigned(await onlyMail(), publicKey.export({ type: 'spki', format: 'pem' }).toString()));
  });

  it('shows its link to nobody but its reader', async () => {
    await configure(app, { log_enabled: 1 });
    const { email } = await buildClient(app);
    await app.call(guest, 'client/reset_password', { email });
    await app.app.bus.deliverDue();

    const { list } = await app.call<{ list: { content_html: string; client_id: number }[] }>(
      admin,
      'email/email_get_list',
    );

    const text = readable(await onlyMail());
    const hash = /reset-password-confirm\/([0-9a-z]{50,64})/.exec(text)?.[1] ?? '';
    assert.notEqual(hash, '');
    assert.ok(list.every((one) => !one.content_html.includes(hash)));
    assert.ok(list.some((one) => one.content_html.includes('reset-password-confirm/********')));
  });

  it('is made anew for an unknown code, and told what was passed', async () => {
    await app.call(admin, 'email/template_send', {
      code: 'mod_new',
      to: 'kay@example.com',
      default_subject: 'Hi {{ who }}',
      default_template: '<p>{{ who }}</p>',
      who: '<Kay>',
    });

    assert.equal((await queueOf(app))[0]?.content, '<p>&lt;Kay&gt;</p>');
  });

  it('to a client knows the client', async () => {
    const kay = await buildClient(app, { first_name: 'Kay' });

    await app.call(admin, 'email/template_send', {
      code: 'mod_new',
      to_client: kay.id,
      default_subject: 'S',
      default_template: '{{ c.first_name }} {{ client.email }}',
    });

    assert.equal((await queueOf(app))[0]?.content, `Kay ${kay.email}`);
    assert.equal(
      (await app.refusal(admin, 'email/template_send', { code: 'mod_new', to_client: 999 })).message,
      'Client not found',
    );
  });

  it('goes with its client', async () => {
    const kay = await buildClient(app);
    await app.call(admin, 'email/template_send', { code: 'mod_new', to_client: kay.id, default_subject: 'S' });

    await app.call(admin, 'client/delete', { id: kay.id });

    assert.deepEqual(await queueOf(app), []);
    assert.equal((await app.refusal(client('none'), 'email/get_list')).status, 401);
  });

  it('waits for nobody who signs up meanwhile', async () => {
    await Promise.all([1, 2, 3, 4].map(() => app.call(guest, 'client/create', signUp())));
    await app.settle();

    assert.equal((await app.mails()).filter((text) => text.includes('Welcome Eve')).length, 4);
  });
});

/** Relaxed canonical form of the signed headers against the signature, as RFC 6376 has it. */
function isSigned(text: string, publicKey: string): boolean {
  const head = text.slice(0, text.indexOf('\r\n\r\n')).replaceAll(/\r\n[ \t]+/g, ' ');
  const headers = new Map(
    head
      .split('\r\n')
      .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1)]),
  );
  const signature = headers.get('dkim-signature') ?? '';
  const tags = new Map(
    signature.split(';').map((tag) => [tag.slice(0, tag.indexOf('=')).trim(), tag.slice(tag.indexOf('=') + 1)]),
  );
  const relaxed = (name: string, value: string): string => `${name}:${value.replaceAll(/\s+/g, ' ').trim()}`;
  const signed = (tags.get('h') ?? '')
    .split(':')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => headers.has(name))
    .map((name) => relaxed(name, headers.get(name) ?? ''));
  const own = relaxed('dkim-signature', signature).replace(/b=[^;]*$/, 'b=');
  const bytes = Buffer.from((tags.get('b') ?? '').replaceAll(/\s/g, ''), 'base64');
  return verify('sha256', Buffer.from([...signed, own].join('\r\n')), createPublicKey(publicKey), bytes);
}
