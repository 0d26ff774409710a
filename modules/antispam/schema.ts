import { Type, type Static } from '@sinclair/typebox';
import { Or } from '#core/schema';
import { CONFIG_NAMES, DEFAULTS, type Rules, type Stored } from './config.ts';

const NullableText = Or(Type.String());

/** As stored: a form keeps `on` or `1` where a program keeps true. */
const Switch = Type.Unknown();
const Value = Type.Unknown();
export const ConfigView = Type.Object({
  block_ips: Switch,
  blocked_ips: Value,
  captcha_enabled: Switch,
  captcha_provider: Value,
  captcha_recaptcha_publickey: Value,
  captcha_recaptcha_privatekey: Value,
  captcha_recaptcha_v3_threshold: Value,
  turnstile_site_key: Value,
  turnstile_secret_key: Value,
  hcaptcha_site_key: Value,
  hcaptcha_secret_key: Value,
  sfs: Switch,
  check_temp_emails: Switch,
  honeypot_enabled: Switch,
  honeypot_field: Value,
});
export const presentConfig = (stored: Stored): Static<typeof ConfigView> =>
  // The names are those of the view.
  Object.fromEntries(CONFIG_NAMES.map((name) => [name, stored[name] ?? DEFAULTS[name]])) as Static<typeof ConfigView>;

export const ChangedView = Type.Object({ result: Type.Literal(true), ip: Type.String() });
export const presentChanged = (ip: string): Static<typeof ChangedView> => ({ result: true, ip });

export const BlockedView = Type.Object({ enabled: Type.Boolean(), ips: Type.Array(Type.String()) });
export const presentBlocked = ({ blocksAddresses, blocked }: Rules): Static<typeof BlockedView> => ({
  enabled: blocksAddresses,
  ips: [...blocked],
});

/** What a form needs to show a captcha; no secret is among it. */
export const CaptchaView = Type.Object({
  publickey: NullableText,
  enabled: Type.Boolean(),
  version: Type.Null(),
  captcha_provider: Type.String(),
  recaptcha_v3_threshold: Type.Number(),
  turnstile_site_key: NullableText,
  hcaptcha_site_key: NullableText,
});
export const presentCaptcha = ({ captcha }: Rules): Static<typeof CaptchaView> => ({
  publickey: captcha.recaptchaKey ?? null,
  enabled: captcha.isOn,
  version: null,
  captcha_provider: captcha.provider,
  recaptcha_v3_threshold: captcha.threshold,
  turnstile_site_key: captcha.turnstileKey ?? null,
  hcaptcha_site_key: captcha.hcaptchaKey ?? null,
});
