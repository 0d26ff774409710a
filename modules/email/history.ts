import { randomUUID } from 'node:crypto';
import { atomic, type Context, type Tx } from '#core/context';
import type { Page, PageRequest } from '#core/db/paginate';
import { isEmail } from '#core/email';
import { conflict, notFound } from '#core/error';
import type { Secrets } from '#core/secret';
import type { ClientService } from '#modules/client/contract';
import type { SentEmail } from './contract.ts';
import * as logged from './history-repository.ts';
import type { Filter, LoggedEmail } from './history-repository.ts';
import type { Queue } from './queue.ts';
import type { ReadSettings } from './settings.ts';

export type History = ReturnType<typeof createHistory>;

interface Needs {
  readonly secrets: Secrets;
  readonly queue: Queue;
  readonly clients: ClientService | undefined;
  readonly settings: ReadSettings;
}

/** Letters that were sent. With `clientId` only those of that client are there. */
export function createHistory({ secrets, queue, clients, settings }: Needs) {
  return {
    list: (ctx: Context, filter: Filter, request: PageRequest): Promise<Page<LoggedEmail>> =>
      logged.list(ctx.db, secrets, filter, request),

    get,

    record: (tx: Tx, email: SentEmail): Promise<void> => logged.insert(tx.db, secrets, email, tx.now),

    /** To the client it was for, at the address of today. */
    async resend(ctx: Context, id: number, clientId?: number): Promise<void> {
      const email = await get(ctx, id, clientId);
      if (email.clientId === undefined) throw conflict('email.no_client', 'Client ID or email is required');
      const client = await clients?.get(ctx, email.clientId);
      if (client === undefined) throw notFound('client.unknown', 'Client not found');
      const { fromEmail, fromName } = await settings(ctx);
      const again = {
        posting: `again-${randomUUID()}`,
        recipient: client.email,
        toName: `${client.firstName ?? ''} ${client.lastName ?? ''}`.trim() || undefined,
        sender: email.sender !== undefined && isEmail(email.sender) ? email.sender : fromEmail,
        fromName,
        subject: email.subject ?? '',
        html: email.html ?? '',
        shown: undefined,
        clientId: client.id,
        priority: 0,
        unsubscribeUrl: undefined,
        sendAt: ctx.now,
      };
      await queue.add(ctx, [again], (tx) => tx.record(`Resent email ${id}`));
    },

    remove: (ctx: Context, id: number, clientId?: number): Promise<void> =>
      atomic(ctx, async (tx) => {
        if ((await logged.remove(tx.db, [id], clientId)) === 0) throw unknown();
        await tx.record(`Deleted email ${id}`);
      }),

    removeMany: (ctx: Context, ids: readonly number[]): Promise<void> =>
      atomic(ctx, async (tx) => {
        const count = await logged.remove(tx.db, ids);
        await tx.record(`Deleted ${count} emails`);
      }),

    removeOf: (tx: Tx, clientId: number): Promise<void> => logged.removeOf(tx.db, clientId),

    forgetBefore: (tx: Tx, time: Date, limit: number): Promise<number> => logged.removeBefore(tx.db, time, limit),
  };

  async function get(ctx: Context, id: number, clientId?: number): Promise<LoggedEmail> {
    const email = await logged.find(ctx.db, secrets, id, clientId);
    if (email === undefined) throw unknown();
    return email;
  }
}

const unknown = () => notFound('email.unknown', 'Email not found');
