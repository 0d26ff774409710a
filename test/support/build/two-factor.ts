import { Secret, TOTP } from 'otpauth';
import type { Caller, TestApp } from '../app.ts';

/** What the owner's authenticator shows at the time of the test. */
export const codeOf = (app: TestApp, secret: string, secondsOn = 0): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: app.clock.now().getTime() + secondsOn * 1000 });

export interface Switched {
  readonly secret: string;
  readonly recovery: readonly string[];
}

/** Switches the two-factor login on, and waits until the code of that is past. */
export async function switchOn(app: TestApp, who: Caller): Promise<Switched> {
  await app.call(who, 'profile/two_factor_begin');
  const { secret } = await app.call<{ secret: string }>(who, 'profile/two_factor_get');
  const code = codeOf(app, secret);
  const { recovery_codes: recovery } = await app.call<{ recovery_codes: string[] }>(
    who,
    'profile/two_factor_switch_on',
    { code },
  );
  app.clock.advance(60_000);
  return { secret, recovery };
}
