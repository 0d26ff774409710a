import type { Context } from '#core/context';
import type { Visit } from '#core/endpoint';
import { forbidden, invalidInput, type AppError } from '#core/error';
import type { Invoice } from './contract.ts';
import * as invoices from './repository.ts';
import type { Rules } from './rules.ts';

/** Refuses what is no hash (invoicing spec 8): the table is not asked. */
export function checkHash(hash: string): void {
  if (!/^[a-f0-9]{30,60}$/.test(hash)) throw invalidInput('invoice.hash', 'Invalid invoice hash');
}

/** An invoice for whoever holds its hash, as far as the settings and the visit allow (invoicing spec 5.3). */
export async function findForVisit(
  ctx: Context,
  { hash, visit, rules, unknown }: { hash: string; visit: Visit; rules: Rules; unknown: () => AppError },
): Promise<Invoice> {
  const invoice = await invoices.findByHash(ctx.db, hash);
  if (invoice === undefined) throw unknown();
  const { adminId, clientId } = await visit.who();
  if (adminId !== undefined || (clientId !== undefined && clientId === invoice.clientId)) return invoice;
  if (invoice.hashExpiresAt !== undefined && invoice.hashExpiresAt <= ctx.now)
    throw forbidden('invoice.hash_expired', 'This invoice link has expired');
  if (!rules.isOpenByHash) throw forbidden('invoice.closed', 'You do not have permission to perform this action');
  return invoice;
}
