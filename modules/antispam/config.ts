import { Type } from '@sinclair/typebox';
import { canonical, readLines } from '#core/address';
import { Flag, Num, OneOf, Text } from '#core/schema';

/** What staff set, kept under the names of the contract (spec B4). */
export const settings = Type.Object({
  block_ips: Flag(),
  blocked_ips: Text({ default: '', description: 'Addresses that may not sign up or in, one a line.' }),
  captcha_enabled: Flag(),
  captcha_provider: OneOf('recaptcha_v2', 'recaptcha_v3', 'turnstile', 'hcaptcha'),
  captcha_recaptcha_publickey: Type.Optional(Text()),
  captcha_recaptcha_privatekey: Type.Optional(Text()),
  captcha_recaptcha_v3_threshold: Num({ default: 0.5 }),
  turnstile_site_key: Type.Optional(Text()),
  turnstile_secret_key: Type.Optional(Text()),
  hcaptcha_site_key: Type.Optional(Text()),
  hcaptcha_secret_key: Type.Optional(Text()),
  sfs: Flag(),
  check_temp_emails: Flag(true),
  honeypot_enabled: Flag(true),
  honeypot_field: Text({ default: 'bio' }),
});

export type Stored = Readonly<Record<string, unknown>>;

/** Values as they are stored, the absent ones filled in. */
export const DEFAULTS = {
  block_ips: false,
  blocked_ips: '',
  captcha_enabled: false,
  captcha_provider: 'recaptcha_v2',
  captcha_recaptcha_publickey: null,
  captcha_recaptcha_privatekey: null,
  captcha_recaptcha_v3_threshold: 0.5,
  turnstile_site_key: null,
  turnstile_secret_key: null,
  hcaptcha_site_key: null,
  hcaptcha_secret_key: null,
  sfs: false,
  check_temp_emails: true,
  honeypot_enabled: true,
  honeypot_field: 'bio',
} as const;

export type ConfigName = keyof typeof DEFAULTS;
export const CONFIG_NAMES = Object.keys(DEFAULTS) as ConfigName[];

export interface Captcha {
  readonly isOn: boolean;
  readonly provider: string;
  readonly recaptchaKey: string | undefined;
  readonly recaptchaSecret: string | undefined;
  readonly threshold: number;
  readonly turnstileKey: string | undefined;
  readonly turnstileSecret: string | undefined;
  readonly hcaptchaKey: string | undefined;
  readonly hcaptchaSecret: string | undefined;
}

export interface Rules {
  readonly blocksAddresses: boolean;
  /** Canonical. */
  readonly blocked: readonly string[];
  readonly captcha: Captcha;
  readonly asksStopForumSpam: boolean;
  readonly refusesDisposable: boolean;
  /** Undefined while there is no such trap. */
  readonly honeypot: string | undefined;
}

export function readRules(stored: Stored): Rules {
  const value = (name: ConfigName): unknown => stored[name] ?? DEFAULTS[name];
  const text = (name: ConfigName): string | undefined => {
    const found = value(name);
    return typeof found === 'string' && found.trim() !== '' ? found.trim() : undefined;
  };
  const threshold = Number(value('captcha_recaptcha_v3_threshold'));
  return {
    blocksAddresses: isOn(value('block_ips')),
    blocked: readAddresses(stored),
    captcha: {
      isOn: isOn(value('captcha_enabled')),
      provider: text('captcha_provider') ?? DEFAULTS.captcha_provider,
      recaptchaKey: text('captcha_recaptcha_publickey'),
      recaptchaSecret: text('captcha_recaptcha_privatekey'),
      threshold: Number.isFinite(threshold) ? threshold : DEFAULTS.captcha_recaptcha_v3_threshold,
      turnstileKey: text('turnstile_site_key'),
      turnstileSecret: text('turnstile_secret_key'),
      hcaptchaKey: text('hcaptcha_site_key'),
      hcaptchaSecret: text('hcaptcha_secret_key'),
    },
    asksStopForumSpam: isOn(value('sfs')),
    refusesDisposable: isOn(value('check_temp_emails')),
    honeypot: isOn(value('honeypot_enabled')) ? (text('honeypot_field') ?? DEFAULTS.honeypot_field) : undefined,
  };
}

export const readAddresses = ({ blocked_ips: lines }: Stored): string[] => [
  ...new Set(readLines(lines).flatMap((line) => canonical(line) ?? [])),
];

/** Forms send `on` and `1`, programs true; all else is no. */
const isOn = (value: unknown): boolean =>
  typeof value === 'string' ? /^(1|true|on|yes)$/i.test(value) : value === true || value === 1;
