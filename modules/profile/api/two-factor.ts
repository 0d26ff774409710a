import { Type } from '@sinclair/typebox';
import { Done, done } from '#core/endpoint';
import { DateTime, Or, required, Text } from '#core/schema';
import type { TwoFactorService } from '#modules/two-factor/contract';
import { ownEndpoint, ownerOf, type OwnContext, type Role } from '../own-endpoint.ts';

const Code = required('Code required', Text({ maxLength: 64 }));
const Codes = Type.Object({ recovery_codes: Type.Array(Type.String()) });

export const SecondStepView = Type.Object({
  is_on: Type.Boolean(),
  since: Or(DateTime),
  recovery_codes_left: Type.Integer(),
  /** Only while it is being set up. */
  secret: Or(Type.String()),
  uri: Or(Type.String()),
});

interface Needs {
  readonly twoFactor: TwoFactorService;
  checkPassword(ctx: OwnContext, password: string): Promise<void>;
}

/** The second step of the own sign-in. */
export const twoFactorApi = (role: Role, { twoFactor, checkPassword }: Needs) => ({
  two_factor_get: ownEndpoint(role, {
    summary: 'Whether a sign-in needs a code as well; while that is being set up, the secret for your device.',
    input: Type.Object({}),
    output: SecondStepView,
    async handle(ctx) {
      const { isOn, since, codesLeft, setup } = await twoFactor.show(ctx, ownerOf(ctx), labelOf(ctx));
      return {
        is_on: isOn,
        since: since ?? null,
        recovery_codes_left: codesLeft,
        secret: setup?.secret ?? null,
        uri: setup?.uri ?? null,
      };
    },
  }),

  two_factor_begin: ownEndpoint(role, {
    summary: 'Make a secret for your device. It counts once you have shown a code of it.',
    input: Type.Object({}),
    output: Done,
    handle: (ctx) => done(twoFactor.begin(ctx, ownerOf(ctx))),
  }),

  two_factor_switch_on: ownEndpoint(role, {
    summary: 'Ask for a code at each sign-in from now on. Gives recovery codes, which are never shown again.',
    input: Type.Object({ code: Code }),
    output: Codes,
    handle: async (ctx, { code }) => ({ recovery_codes: [...(await twoFactor.switchOn(ctx, ownerOf(ctx), code))] }),
  }),

  two_factor_renew_codes: ownEndpoint(role, {
    summary: 'Make new recovery codes; the old ones stop working.',
    input: Type.Object({ code: Code }),
    output: Codes,
    handle: async (ctx, { code }) => ({ recovery_codes: [...(await twoFactor.renewCodes(ctx, ownerOf(ctx), code))] }),
  }),

  two_factor_switch_off: ownEndpoint(role, {
    summary: 'Sign in by the password alone from now on.',
    input: Type.Object({ password: required('Password required', Text({ maxLength: 1024 })), code: Code }),
    output: Done,
    async handle(ctx, { password, code }) {
      await checkPassword(ctx, password);
      await twoFactor.switchOff(ctx, ownerOf(ctx), code);
      return true as const;
    },
  }),
});

/** Names the account on the device. */
export const labelOf = ({ actor }: OwnContext): string => actor.email || `#${actor.id}`;
