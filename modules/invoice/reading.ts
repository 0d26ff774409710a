import type { Context } from '#core/context';
import type { Visit } from '#core/endpoint';
import type { AppError } from '#core/error';
import type { Limits, PolicyName } from '#core/http/limit';
import { checkHash, findForVisit } from './access.ts';
import type { Invoice } from './contract.ts';
import * as invoices from './repository.ts';
import type { Rules } from './rules.ts';

interface Needs {
  readonly limits: Limits;
  rules(ctx: Context): Promise<Rules>;
}

interface Reading {
  readonly hash: string;
  readonly visit: Visit;
  readonly policies: readonly [byAddress: PolicyName, byHash: PolicyName];
  readonly unknown: () => AppError;
}

/** The invoice behind a link. Strangers may follow few of them; whose it is, and staff, may look as often as they like. */
export const createReading =
  ({ limits, rules }: Needs) =>
  async (ctx: Context, { hash, visit, policies: [byAddress, byHash], unknown }: Reading): Promise<Invoice> => {
    checkHash(hash);
    if (!(await isAtHome(ctx, hash, visit))) {
      await limits.consume(byAddress, ctx.ip ?? '');
      await limits.consume(byHash, hash, ctx.ip);
    }
    return findForVisit(ctx, { hash, visit, unknown, rules: await rules(ctx) });
  };

export type ReadForVisit = ReturnType<typeof createReading>;

async function isAtHome(ctx: Context, hash: string, visit: Visit): Promise<boolean> {
  const { adminId, clientId } = await visit.who();
  if (adminId !== undefined) return true;
  if (clientId === undefined) return false;
  return (await invoices.findByHash(ctx.db, hash))?.clientId === clientId;
}
