import type { ClientActor } from '#core/actor';
import type { Context } from '#core/context';
import type { NewcomerService } from '#modules/client/contract';
import { refusal } from './failure.ts';

/** Makes a client of who showed a genuine secret. Undefined when the client is gone. */
export type Admit = (
  ctx: Context,
  clientId: number,
  shown: NonNullable<ClientActor['shown']>,
) => Promise<ClientActor | undefined>;

export const createAdmit =
  (clients: NewcomerService): Admit =>
  async (ctx, id, shown) => {
    const standing = await clients.standingOf(ctx, id);
    if (standing === undefined) return undefined;
    const { email, status, mustConfirmEmail } = standing;
    if (status !== 'active') throw inactive();
    return { kind: 'client', id, email, mustConfirmEmail, shown };
  };

export const inactive = () => refusal('forbidden', 'account_inactive', 'This account is not active.');
