import type { Context } from '#core/context';
import { isEmail } from '#core/email';
import { isTruthy } from '#core/schema';
import type { SettingStore } from '#core/settings';

/** What `mod_email` and the company say of mail. Forms store everything as text. */
export interface MailSettings {
  readonly company: string;
  readonly signature: string;
  readonly tel: string;
  readonly fromEmail: string;
  readonly fromName: string;
  readonly replyTo: string | undefined;
  readonly bcc: readonly string[];
  /** Language of the installation. */
  readonly locale: string;
  readonly isLogged: boolean;
  /** How many letters one run of the queue sends; 0 is all. */
  readonly queueOnce: number;
  readonly timeLimitMinutes: number;
  /** A letter that failed more often is given up. */
  readonly cancelAfter: number;
  readonly mailer: string;
  readonly smtp: {
    readonly host: string;
    readonly port: number;
    readonly username: string;
    readonly password: string;
  };
  readonly sendgridKey: string;
  readonly customDsn: string;
  readonly dkim: { readonly domain: string; readonly selector: string; readonly privateKey: string } | undefined;
}

export type ReadSettings = (ctx: Context) => Promise<MailSettings>;

export const settingsReader =
  (store: SettingStore, baseUrl: string): ReadSettings =>
  async (ctx) => {
    const config = await store.config(ctx, 'mod_email');
    const params = await store.params(ctx);
    const text = (name: string): string => {
      const value = config[name];
      return typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : '';
    };
    const count = (name: string, fallback: number): number =>
      /^\d{1,9}$/.test(text(name)) ? Number(text(name)) : fallback;
    const company = params['company_name'] ?? 'Tollkeeper';
    const dkim = { domain: text('dkim_domain'), selector: text('dkim_selector'), privateKey: text('dkim_private_key') };
    return {
      company,
      signature: text('signature') || (params['company_signature'] ?? ''),
      tel: params['company_tel'] ?? '',
      fromEmail: text('from_email') || params['company_email'] || `noreply@${new URL(baseUrl).hostname}`,
      fromName: text('from_name') || company,
      replyTo: isEmail(text('reply_to')) ? text('reply_to') : undefined,
      bcc: text('bcc_email')
        .split(',')
        .map((one) => one.trim())
        .filter(isEmail),
      locale: params['locale'] || 'en_US',
      isLogged: isTruthy(config['log_enabled'] ?? false),
      queueOnce: count('queue_once', 0),
      timeLimitMinutes: count('time_limit', 5),
      cancelAfter: count('cancel_after', 5),
      mailer: text('mailer'),
      smtp: {
        host: text('smtp_host'),
        port: count('smtp_port', 587),
        username: text('smtp_username'),
        password: text('smtp_password'),
      },
      sendgridKey: text('sendgrid_key'),
      customDsn: text('custom_dsn'),
      dkim: dkim.domain && dkim.selector && dkim.privateKey ? dkim : undefined,
    };
  };
