import { randomUUID } from 'node:crypto';
import { mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport, type Transporter } from 'nodemailer';
import type { Attachment } from './listener.ts';

/** A letter with its words. */
export interface Message {
  readonly to: string;
  readonly toName: string | undefined;
  readonly from: string;
  readonly fromName: string;
  readonly subject: string;
  readonly html: string;
  readonly attachment?: Attachment | undefined;
}

/** The one place that sends mail. Rejects when the mail was not taken; whoever asked tries again. */
export interface Mailer {
  /** `id` names the sending: sent twice, it is the same mail with the same Message-ID. */
  send(message: Message, id: string): Promise<void>;
  close(): void;
}

/** A server that hangs must not hold up the queue for longer than a delivery's lease. */
const TIMEOUT_MS = 10_000;

/** SMTP where `MAIL_URL` says so, otherwise a file per mail in `folder`. */
export function createMailer(mailUrl: string | undefined, folder: string, host: string): Mailer {
  const compose = (message: Message, id: string) => ({
    to: message.toName === undefined ? message.to : { name: message.toName, address: message.to },
    from: { name: message.fromName, address: message.from },
    subject: message.subject,
    html: message.html,
    text: plainText(message.html),
    attachments: attached(message.attachment),
    messageId: `<${id}@${host}>`,
    // Mails come from the outbox alone: no attachment by path or address.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  if (mailUrl === undefined) {
    const files = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
    return {
      async send(message, id) {
        const { message: content } = await files.sendMail(compose(message, id));
        await keepMail(folder, id, content as Buffer);
      },
      close: () => undefined,
    };
  }
  const options = {
    url: mailUrl,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
  };
  const transport: Transporter = createTransport(options);
  return {
    async send(message, id) {
      await transport.sendMail(compose(message, id));
    },
    close: () => transport.close(),
  };
}

/** As the mail library takes it: content and nothing that it would have to fetch. */
export const attached = (attachment: Attachment | undefined) =>
  attachment === undefined
    ? []
    : [{ filename: attachment.name, contentType: attachment.type, content: attachment.content }];

/** The file has its name only once it is whole and on the disk: a full disk leaves a draft, never half a mail. */
export async function keepMail(folder: string, id: string, content: Buffer): Promise<void> {
  await mkdir(folder, { recursive: true });
  const draft = join(folder, `.${id}.${randomUUID()}.part`);
  const handle = await open(draft, 'w', 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, join(folder, `${id}.eml`));
}

/** What a mail says to readers without HTML. */
export function plainText(html: string): string {
  return html
    .replaceAll(/<(br|\/p|\/h\d|\/li|\/tr)\b[^>]*>/gi, '\n')
    .replaceAll(/<a\b[^>]*href="([^"]*)"[^>]*>([^<]*)<\/a>/gi, '$2 ($1)')
    .replaceAll(/<[^>]+>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
    .replaceAll(/[ \t]+\n/g, '\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
}
