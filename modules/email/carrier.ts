import { spawn } from 'node:child_process';
import { createTransport } from 'nodemailer';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { parseConnectionUrl } from 'nodemailer/lib/shared';
import type { Attachment } from '#core/listener';
import { attached, keepMail } from '#core/mailer';
import { SECOND } from '#core/clock';
import type { MailSettings } from './settings.ts';

/** A mail as it goes over the wire. */
export interface Wired {
  readonly name: string;
  readonly raw: Buffer;
  readonly from: string;
  readonly to: readonly string[];
}

/** One way to hand mail over. */
export interface Route {
  /** The same for the same way: what is down for one mail is down for the next. */
  readonly key: string;
  carry(mail: Wired): Promise<void>;
}

/** A server that is slow in every single thing it does must not hold a mail for longer than it is leased. */
export const DEADLINE_MS = 20 * SECOND;
const TIMEOUT_MS = 10 * SECOND;
const SENDMAIL = ['/usr/sbin/sendmail', '/usr/lib/sendmail'];

interface Server {
  readonly host?: string;
  readonly port?: number;
  readonly secure?: boolean;
  readonly auth?: { readonly user: string; readonly pass: string };
}

/** What staff set comes first, then `MAIL_URL`, then files in the outbox folder. */
export function routeOf(settings: MailSettings, fallback: { mailUrl: string | undefined; folder: string }): Route {
  const { mailer, smtp } = settings;
  if (mailer === 'smtp' && smtp.host !== '') {
    const auth = smtp.username === '' ? {} : { auth: { user: smtp.username, pass: smtp.password } };
    return overSmtp({ host: smtp.host, port: smtp.port, secure: smtp.port === 465, ...auth });
  }
  if (mailer === 'sendgrid' && settings.sendgridKey !== '')
    return overSmtp({ host: 'smtp.sendgrid.net', port: 587, auth: { user: 'apikey', pass: settings.sendgridKey } });
  if (mailer === 'sendmail') return throughSendmail();
  if (mailer === 'custom' && settings.customDsn !== '') return byUrl(settings.customDsn);
  if (fallback.mailUrl !== undefined) return byUrl(fallback.mailUrl);
  return { key: 'files', carry: ({ name, raw }) => keepMail(fallback.folder, name, raw) };
}

function byUrl(url: string): Route {
  if (/^smtps?:\/\//i.test(url)) return overSmtp(parseConnectionUrl(url) as Server);
  // A command in the address would be run: only the usual program is.
  if (/^(sendmail|native):\/\/default\/?$/i.test(url)) return throughSendmail();
  return {
    key: url,
    carry: () =>
      Promise.reject(new Error('This mail address is not supported: use smtp://, smtps:// or sendmail://default.')),
  };
}

function overSmtp(server: Server): Route {
  const { auth, ...place } = server;
  return {
    key: JSON.stringify(server),
    carry: (mail) =>
      new Promise((resolve, reject) => {
        const connection = new SMTPConnection({
          connectionTimeout: TIMEOUT_MS,
          greetingTimeout: TIMEOUT_MS,
          socketTimeout: TIMEOUT_MS,
          disableFileAccess: true,
          disableUrlAccess: true,
          ...place,
        } as SMTPConnection.Options);
        let isDone = false;
        const finish = (error?: Error | null): void => {
          if (isDone) return;
          isDone = true;
          clearTimeout(deadline);
          if (error) {
            connection.close();
            reject(error);
          } else {
            connection.quit();
            resolve();
          }
        };
        const deadline = setTimeout(() => finish(timedOut()), DEADLINE_MS);
        connection.on('error', finish);
        connection.once('end', () => finish(new Error('The mail server closed the connection.')));
        const send = (): void =>
          connection.send({ from: mail.from, to: [...mail.to] }, mail.raw, (error) => finish(error));
        connection.connect((error) => {
          if (error !== undefined && error !== null) return finish(error);
          if (auth === undefined) return send();
          connection.login({ user: auth.user, pass: auth.pass } as SMTPConnection.AuthenticationType, (refused) =>
            refused ? finish(refused) : send(),
          );
        });
      }),
  };
}

function throughSendmail(): Route {
  const run = (program: string, { raw, from, to }: Wired): Promise<void> =>
    new Promise((resolve, reject) => {
      // No shell, and `--` before addresses: none of them can be an option.
      const child = spawn(program, ['-i', '-f', from, '--', ...to], { stdio: ['pipe', 'ignore', 'ignore'] });
      const deadline = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MS);
      child.once('error', (error) => {
        clearTimeout(deadline);
        reject(error);
      });
      child.once('close', (code) => {
        clearTimeout(deadline);
        if (code === 0) resolve();
        else reject(new Error(code === null ? 'sendmail did not end in time.' : `sendmail ended with ${code}.`));
      });
      child.stdin.on('error', () => undefined); // the exit code tells
      child.stdin.end(raw);
    });
  return {
    key: 'sendmail',
    async carry(mail) {
      for (const program of SENDMAIL) {
        try {
          return await run(program, mail);
        } catch (error) {
          if (!(error instanceof Error && Reflect.get(error, 'code') === 'ENOENT')) throw error;
        }
      }
      throw new Error('There is no sendmail on this machine: choose SMTP in the settings of e-mail.');
    },
  };
}

const timedOut = (): Error => Object.assign(new Error('The mail server took too long.'), { code: 'ETIMEDOUT' });

/** Whether the way itself is at fault, so that the next mail would fail just so. */
export const isDown = (error: unknown): boolean =>
  ['ECONNECTION', 'ETIMEDOUT', 'ESOCKET', 'EDNS', 'EAUTH', 'ETLS', 'ECONNREFUSED', 'ENOTFOUND'].includes(
    error instanceof Error ? String(Reflect.get(error, 'code')) : '',
  );

/** What was written, as it is sent. */
export interface Written {
  readonly name: string;
  readonly host: string;
  readonly from: string;
  readonly fromName: string | undefined;
  readonly to: string;
  readonly toName: string | undefined;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly unsubscribeUrl: string | undefined;
  readonly attachment: Attachment | undefined;
}

export async function compose(mail: Written, { replyTo, bcc, dkim }: MailSettings): Promise<Wired> {
  const composer = createTransport({
    streamTransport: true,
    buffer: true,
    newline: 'windows',
    ...(dkim && { dkim: { domainName: dkim.domain, keySelector: dkim.selector, privateKey: dkim.privateKey } }),
  });
  const unsubscribe = mail.unsubscribeUrl;
  const { message } = await composer.sendMail({
    from: { name: mail.fromName ?? '', address: mail.from },
    to: { name: mail.toName ?? '', address: mail.to },
    ...(replyTo !== undefined && { replyTo }),
    subject: mail.subject,
    html: mail.html,
    text: mail.text,
    attachments: attached(mail.attachment),
    messageId: `<${mail.name}@${mail.host}>`,
    headers: {
      // Nobody's "out of office" answers a machine.
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      ...(unsubscribe !== undefined && {
        'List-Unsubscribe': `<${unsubscribe}>`,
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      }),
    },
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return { name: mail.name, raw: message as Buffer, from: mail.from, to: [mail.to, ...bcc] };
}
