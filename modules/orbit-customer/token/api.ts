import { Type } from '@sinclair/typebox';
import type { Context } from '#core/context';
import { created, guestEndpoint } from '#core/endpoint';
import { alsoCalled, OrNull } from '#core/schema';
import { Answer } from '../answer.ts';
import type { Devices } from '../device/service.ts';
import { spelled } from '../device/user-code.ts';
import { Email, Line, OptionalLine, Signature, Wallet } from '../field.ts';
import { said } from '../format.ts';
import { UserView } from '../profile/api.ts';
import type { Profiles } from '../profile/service.ts';
import type { WalletSignIn } from '../wallet/service.ts';
import type { IssuedToken } from './service.ts';

const token = {
  token_type: Type.Literal('Bearer'),
  access_token: Type.String(),
  expires_in: Type.Integer(),
  user: UserView,
};
const TokenAnswer = Answer(Type.Object(token));
const wallet = { wallet_address: alsoCalled(Wallet, 'wallet') };

interface Needs {
  readonly devices: Devices;
  readonly wallets: WalletSignIn;
  readonly profiles: Profiles;
  readonly baseUrl: string;
}

/** How a Bearer token is come by (spec 6.1 to 6.5). Nobody needs a credential here, and one that is sent is not looked at. */
export function signInEndpoints({ devices, wallets, profiles, baseUrl }: Needs) {
  const page = new URL('auth/device', baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`).href;
  const present = async (ctx: Context, issued: IssuedToken & { readonly clientId: number }) => ({
    token_type: 'Bearer' as const,
    access_token: issued.accessToken,
    expires_in: issued.expiresIn,
    user: await profiles.user(ctx, issued.clientId),
  });

  return {
    startDevice: guestEndpoint({
      summary: 'Codes for a device that wants to sign in.',
      input: Type.Object({}),
      output: Answer(
        Type.Object({
          device_code: Type.String(),
          user_code: Type.String(),
          verification_uri: Type.String(),
          verification_uri_complete: Type.String(),
          expires_in: Type.Integer(),
          interval: Type.Integer(),
        }),
      ),
      handle: async (ctx) => {
        const { deviceCode, userCode, expiresIn, interval } = await devices.start(ctx);
        return said('Open the verification page and enter the code.', {
          device_code: deviceCode,
          user_code: spelled(userCode),
          verification_uri: page,
          verification_uri_complete: `${page}?user_code=${spelled(userCode)}`,
          expires_in: expiresIn,
          interval,
        });
      },
    }),
    pollDevice: guestEndpoint({
      summary: 'The token of a device, once it is approved.',
      input: Type.Object({ device_code: Line(2000) }),
      output: TokenAnswer,
      handle: async (ctx, { device_code }) =>
        said('Signed in.', await present(ctx, await devices.poll(ctx, device_code))),
    }),
    challenge: guestEndpoint({
      summary: 'A text for a wallet to sign.',
      input: Type.Object(wallet),
      output: Answer(Type.Object({ challenge: Type.String(), expires_in: Type.Integer() })),
      handle: async (ctx, { wallet_address }) => {
        const { text, expiresIn } = await wallets.challenge(ctx, wallet_address);
        return said('Sign this text with your wallet.', { challenge: text, expires_in: expiresIn });
      },
    }),
    verify: guestEndpoint({
      summary: 'Sign in by a signed text.',
      input: Type.Object({ ...wallet, signature: Signature }),
      output: TokenAnswer,
      handle: async (ctx, { wallet_address, signature }) =>
        said('Signed in.', await present(ctx, await wallets.verify(ctx, wallet_address, signature))),
    }),
    register: guestEndpoint({
      summary: 'Sign up by a signed text.',
      input: Type.Object({
        ...wallet,
        signature: Signature,
        name: Type.Optional(OrNull(OptionalLine())),
        email: Type.Optional(OrNull(Email)),
      }),
      output: Answer(Type.Object({ ...token, api_key: Type.Object({ name: Type.String(), key: Type.String() }) })),
      handle: async (ctx, { wallet_address, signature, name, email }) => {
        const application = { wallet: wallet_address, signature, name: name || undefined, email: email || undefined };
        const issued = await wallets.register(ctx, application);
        const { name: keyName, key } = issued.apiKey;
        return created(said('Account created.', { ...(await present(ctx, issued)), api_key: { name: keyName, key } }));
      },
    }),
  };
}
