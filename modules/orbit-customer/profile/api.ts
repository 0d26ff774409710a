import { Type } from '@sinclair/typebox';
import type { ClientActor } from '#core/actor';
import { clientEndpoint, guestEndpoint, type Endpoint } from '#core/endpoint';
import { toNumber } from '#core/money';
import { alsoCalled, Or, OrNull } from '#core/schema';
import { Answer, Nothing } from '../answer.ts';
import { TOKEN_KIND } from '../dialect.ts';
import { refusal } from '../failure.ts';
import { Line, Wallet } from '../field.ts';
import { said } from '../format.ts';
import type { Tokens } from '../token/service.ts';
import type { Profiles } from './service.ts';

export const UserView = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  email: Or(Type.String()),
  wallet_address: Or(Type.String()),
  payment_wallet_address: Or(Type.String()),
  balance: Type.Number(),
  created_at: Or(Type.String()),
});
/** The fields stand beside themselves: the sources show them nested in one place and nowhere in others (spec 6.6). */
const UserTwice = { ...UserView.properties, user: UserView };

const authOf = ({ shown }: ClientActor): 'bearer' | 'api_key' => (shown?.kind === TOKEN_KIND ? 'bearer' : 'api_key');

/** Who the caller is (spec 6.6 to 6.8, 9). */
export function profileRoutes(profiles: Profiles, tokens: Tokens): Readonly<Record<string, Endpoint>> {
  const me = clientEndpoint({
    summary: 'Who is calling.',
    input: Type.Object({}),
    output: Answer(Type.Object({ ...UserTwice, auth: Type.String() })),
    handle: async (ctx) => {
      const user = await profiles.user(ctx, ctx.actor.id);
      return said('Authenticated.', { ...user, user, auth: authOf(ctx.actor) });
    },
  });
  const ping = guestEndpoint({
    summary: 'Whether the API answers, and whether a credential counts.',
    knowsCallers: true,
    input: Type.Object({}),
    output: Answer(Type.Object({ pong: Type.Boolean(), authenticated: Type.Boolean() })),
    handle: async (ctx) => said('pong', { pong: true, authenticated: ctx.actor.kind === 'client' }),
  });

  return {
    'GET /auth/me': me,
    'GET /me': me,
    'GET /auth/ping': ping,
    'GET /ping': ping,
    'POST /auth/logout': clientEndpoint({
      summary: 'Revoke the Bearer token of this call.',
      input: Type.Object({}),
      output: Nothing,
      handle: async (ctx) => {
        const { shown } = ctx.actor;
        if (shown?.kind !== TOKEN_KIND) throw notABearer();
        await tokens.revoke(ctx, shown.id);
        return said('Signed out.', {});
      },
    }),
    'GET /profile': clientEndpoint({
      summary: 'The profile of the client.',
      input: Type.Object({}),
      output: Answer(Type.Object(UserTwice)),
      handle: async (ctx) => {
        const user = await profiles.user(ctx, ctx.actor.id);
        return said('Profile.', { ...user, user });
      },
    }),
    'PATCH /profile': clientEndpoint({
      summary: 'Change name or payment wallet.',
      input: Type.Object({
        name: Type.Optional(Line()),
        payment_wallet_address: Type.Optional(alsoCalled(OrNull(Wallet), 'payment_wallet')),
      }),
      output: Answer(Type.Object(UserTwice)),
      handle: async (ctx, { name, payment_wallet_address: paymentWallet }) => {
        if (name === undefined && paymentWallet === undefined) throw nothingSent();
        await profiles.update(ctx, ctx.actor.id, { name, paymentWallet });
        const user = await profiles.user(ctx, ctx.actor.id);
        return said('Profile updated.', { ...user, user });
      },
    }),
    'GET /profile/balance': clientEndpoint({
      summary: 'What the client has paid in advance.',
      input: Type.Object({}),
      output: Answer(Type.Object({ balance: Type.Number(), currency: Type.String() })),
      handle: async (ctx) => {
        const balance = await profiles.balance(ctx, ctx.actor.id);
        return said('Balance.', { balance: toNumber(balance), currency: balance.currency });
      },
    }),
  };
}

const notABearer = () =>
  refusal('conflict', 'not_a_bearer_session', 'Only a Bearer session can be ended; API keys are deleted instead.');
const nothingSent = () =>
  refusal('invalid_input', 'validation_failed', 'Nothing to change was sent.', {
    name: ['One of name and payment_wallet_address must be sent.'],
  });
