import { canonical } from '#core/address';
import type { Context } from '#core/context';
import { forbidden, invalidInput } from '#core/error';
import type { SettingStore } from '#core/settings';
import { requireSolved } from './captcha.ts';
import { readRules, type Rules } from './config.ts';
import type { IsDisposable } from './disposable.ts';
import type { AskOutside } from './outside.ts';
import { refuseSpammer } from './stop-forum-spam.ts';

export interface Stranger {
  readonly email: string;
  readonly ip: string;
  /** All that came with the form, the fields of a captcha among it. */
  readonly sent: Readonly<Record<string, unknown>>;
}

/** Those who stand before a door; each throws what the contract says (spec C14). */
export interface Guards {
  refuseBlocked(ctx: Context, ip: string): Promise<void>;
  /** May ask vendors over the network. */
  checkSignUp(ctx: Context, stranger: Stranger): Promise<void>;
  checkReset(ctx: Context, stranger: Stranger): Promise<void>;
}

interface Needs {
  readonly settings: SettingStore;
  readonly ask: AskOutside;
  readonly isDisposable: IsDisposable;
}

export function createGuards({ settings, ask, isDisposable }: Needs): Guards {
  const rulesOf = async (ctx: Context): Promise<Rules> => readRules(await settings.config(ctx, 'mod_antispam'));
  return {
    refuseBlocked: async (ctx, ip) => refuseBlocked(await rulesOf(ctx), ip),

    async checkSignUp(ctx, { email, ip, sent }) {
      const rules = await rulesOf(ctx);
      refuseBlocked(rules, ip);
      if (rules.captcha.isOn) await requireSolved(ctx, rules.captcha, { ip, sent }, ask);
      if (rules.asksStopForumSpam) await refuseSpammer(ctx, { email, ip, username: textOf(sent['username']) }, ask);
      if (rules.refusesDisposable && (await isDisposable(email)))
        throw invalidInput('antispam.disposable', 'Disposable email addresses are not allowed');
      if (rules.honeypot !== undefined && !isBlank(sent[rules.honeypot]))
        throw invalidInput('antispam.honeypot', 'Registration failed.');
    },

    async checkReset(ctx, { ip, sent }) {
      const { captcha } = await rulesOf(ctx);
      if (captcha.isOn) await requireSolved(ctx, captcha, { ip, sent }, ask);
    },
  };
}

function refuseBlocked({ blocksAddresses, blocked }: Rules, ip: string): void {
  const address = canonical(ip);
  if (blocksAddresses && address !== undefined && blocked.includes(address))
    throw forbidden(
      'antispam.blocked',
      `Your IP address (${ip}) is blocked. Please contact our support to lift your block.`,
    );
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** People do not see the field, so only a program fills it in; browsers send it empty. */
const isBlank = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
