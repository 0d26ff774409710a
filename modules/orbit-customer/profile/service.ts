import { atomic, type Context } from '#core/context';
import { toNumber, zero, type Money } from '#core/money';
import type { BalanceService, ClientService, NewcomerService } from '#modules/client/contract';
import type { CurrencyService } from '#modules/currency/contract';
import * as wallets from '../wallet/repository.ts';
import { timeOrNull } from '../format.ts';
import { fullName, nameParts } from './name.ts';

export interface User {
  readonly id: number;
  readonly name: string;
  readonly email: string | null;
  readonly wallet_address: string | null;
  readonly payment_wallet_address: string | null;
  readonly balance: number;
  readonly created_at: string | null;
}

export interface Profiles {
  user(ctx: Context, clientId: number): Promise<User>;
  /** In the client's currency; in the default one where the client has none yet. */
  balance(ctx: Context, clientId: number): Promise<Money>;
  update(ctx: Context, clientId: number, change: ProfileChange): Promise<void>;
}

export interface ProfileChange {
  readonly name: string | undefined;
  /** Null takes it away. */
  readonly paymentWallet: string | null | undefined;
}

interface Needs {
  readonly clients: ClientService & NewcomerService & BalanceService;
  readonly currencies: CurrencyService;
}

export function createProfiles({ clients, currencies }: Needs): Profiles {
  const balance = async (ctx: Context, clientId: number): Promise<Money> =>
    (await clients.balanceOf(ctx, clientId)) ?? zero((await currencies.default(ctx)).code);

  return {
    async user(ctx, clientId) {
      const client = await clients.get(ctx, clientId);
      const { signIn, payment } = await wallets.findOf(ctx.db, clientId);
      return {
        id: client.id,
        name: fullName(client.firstName, client.lastName),
        email: client.email || null,
        wallet_address: signIn ?? null,
        payment_wallet_address: payment ?? null,
        balance: toNumber(await balance(ctx, clientId)),
        created_at: timeOrNull(client.createdAt),
      };
    },
    balance,

    update: (ctx, clientId, { name, paymentWallet }) =>
      atomic(ctx, async (tx) => {
        if (name !== undefined) await clients.rename(tx, clientId, nameParts(name));
        if (paymentWallet !== undefined) await wallets.setPayment(tx.db, clientId, paymentWallet, tx.now);
      }),
  };
}
