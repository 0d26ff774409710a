import { client } from '#modules/client/index';
import { email } from '#modules/email/index';
import { extension } from '#modules/extension/index';
import { profile } from '#modules/profile/index';
import { staff } from '#modules/staff/index';
import { system } from '#modules/system/index';
import { twoFactor } from '#modules/two-factor/index';
import { admin, type TestApp } from '../app.ts';

/** What mail needs, and no more. */
export const modules = [system, twoFactor, staff, client, profile, extension, email];

export const configure = (app: TestApp, config: object): Promise<boolean> =>
  app.call(admin, 'extension/config_save', { ext: 'mod_email', ...config });

let count = 0;

export const buildTemplate = (app: TestApp, fields: object = {}): Promise<number> =>
  app.call(admin, 'email/template_create', {
    action_code: `mod_custom_${++count}`,
    subject: 'Hello',
    content: '<p>Hello</p>',
    enabled: 1,
    ...fields,
  });

/** Puts a letter to this address into the queue, due at once. */
export const queueLetter = (app: TestApp, to: string, fields: object = {}): Promise<boolean> =>
  app.call(admin, 'email/template_send', {
    code: 'mod_custom_letter',
    to,
    default_subject: 'A letter',
    default_template: '<p>Words</p>',
    ...fields,
  });

export interface Waiting {
  readonly id: number;
  readonly recipient: string;
  readonly status: string;
  readonly tries: number;
  readonly content: string;
}

export const queueOf = async (app: TestApp): Promise<readonly Waiting[]> =>
  (await app.call<{ list: Waiting[] }>(admin, 'email/get_queue')).list;

export interface Shown {
  readonly id: number;
  readonly content: string;
  readonly subject: string;
  readonly is_overridden: boolean;
  readonly has_error: boolean;
  readonly last_error: string | null;
  readonly vars: Readonly<Record<string, unknown>>;
}

export async function templateOf(app: TestApp, code: string): Promise<Shown> {
  const { list } = await app.call<{ list: { id: number; action_code: string }[] }>(admin, 'email/template_get_list', {
    code,
  });
  const id = list.find((one) => one.action_code === code)?.id ?? 0;
  return app.call(admin, 'email/template_get', { id });
}

/** The file of a mail with its lines joined and its umlauts decoded, as far as tests look. */
export function readable(mail: string): string {
  const joined = mail.replaceAll('=\r\n', '');
  const bytes = joined.replaceAll(/((?:=[0-9A-F]{2})+)/g, (text) =>
    Buffer.from(text.replaceAll('=', ''), 'hex').toString('utf8'),
  );
  return bytes.replaceAll(/\r\n([A-Za-z0-9+/=\r\n]{40,})\r\n/g, (whole, text: string) => {
    const decoded = Buffer.from(text, 'base64').toString('utf8');
    return decoded.includes('\uFFFD') ? whole : `\r\n${decoded}\r\n`;
  });
}
