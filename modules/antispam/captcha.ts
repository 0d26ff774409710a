import type { Context } from '#core/context';
import { invalidInput, type AppError } from '#core/error';
import type { Captcha } from './config.ts';
import { field, type AskOutside } from './outside.ts';

interface Provider {
  readonly url: string;
  /** Where a form carries what the visitor solved. */
  readonly field: string;
  secret(captcha: Captcha): string | undefined;
  isGood(verdict: unknown, captcha: Captcha): boolean;
  readonly unsolved: string;
  readonly refused: string;
  readonly unconfigured: string;
}

const KEYS_AT = 'https://www.google.com/recaptcha/admin/create';
const ACTION = 'fossbilling_submit';
const isSuccess = (verdict: unknown): boolean => field(verdict, 'success') === true;

const recaptcha: Provider = {
  url: 'https://www.google.com/recaptcha/api/siteverify',
  field: 'g-recaptcha-response',
  secret: ({ recaptchaSecret }) => recaptchaSecret,
  isGood: isSuccess,
  unsolved: 'You have to complete the CAPTCHA to continue',
  refused: 'reCAPTCHA verification failed.',
  unconfigured: `To use reCAPTCHA you must get an API key from <a href="${KEYS_AT}">${KEYS_AT}</a>`,
};

const newer = {
  isGood: isSuccess,
  unsolved: 'Please complete the CAPTCHA verification.',
  refused: 'CAPTCHA verification failed. Please try again.',
};

const PROVIDERS: Readonly<Record<string, Provider>> = {
  recaptcha_v3: {
    ...recaptcha,
    isGood: (verdict, { threshold }) =>
      isSuccess(verdict) && Number(field(verdict, 'score')) >= threshold && field(verdict, 'action') === ACTION,
  },
  turnstile: {
    ...newer,
    url: 'https://challenges.cloudflare.com/turnstile/v0/siteverify',
    field: 'cf-turnstile-response',
    secret: ({ turnstileSecret }) => turnstileSecret,
    unconfigured: 'Cloudflare Turnstile secret key is not configured.',
  },
  hcaptcha: {
    ...newer,
    url: 'https://api.hcaptcha.com/siteverify',
    field: 'h-captcha-response',
    secret: ({ hcaptchaSecret }) => hcaptchaSecret,
    unconfigured: 'hCaptcha secret key is not configured.',
  },
};

interface Visitor {
  readonly ip: string;
  readonly sent: Readonly<Record<string, unknown>>;
}

/** Refuses who has not solved it. When its vendor cannot be reached nobody has: the door stays shut. */
export async function requireSolved(
  ctx: Context,
  captcha: Captcha,
  { ip, sent }: Visitor,
  ask: AskOutside,
): Promise<void> {
  const provider = PROVIDERS[captcha.provider] ?? recaptcha;
  const secret = provider.secret(captcha);
  if (secret === undefined) throw refusal('antispam.captcha_unconfigured', provider.unconfigured);
  const response = sent[provider.field];
  if (typeof response !== 'string' || response === '') throw refusal('antispam.captcha_unsolved', provider.unsolved);
  let verdict: unknown;
  try {
    verdict = await ask(provider.url, { secret, response, ...(ip !== '' && { remoteip: ip }) });
  } catch (error) {
    ctx.log.warn('the captcha could not be verified', { provider: captcha.provider, error });
  }
  if (!provider.isGood(verdict, captcha)) throw refusal('antispam.captcha_refused', provider.refused);
}

const refusal = (code: string, message: string): AppError => invalidInput(code, message);
