import type { Config } from '#config/schema';
import type { Context } from '#core/context';
import { atomic } from '#core/context';
import { hashPassword } from '#core/password';
import { randomHex, randomToken, type Secrets } from '#core/secret';
import { firstAdministratorMade } from './contract.ts';
import * as groups from './group-repository.ts';
import { makeAdministrator } from './own-account.ts';
import * as accounts from './repository.ts';
import { SUPER_ADMIN } from './rights.ts';

/** Called under the lock of the migrations, so of several processes that start together one does it. */
export const prepareAccounts =
  ({ config, secrets }: { readonly config: Config; readonly secrets: Secrets }) =>
  async (ctx: Context): Promise<void> => {
    if (!(await hasAdministrator(ctx))) await createFirst(ctx, config, secrets);
    if ((await accounts.findBySystemName(ctx.db, 'cron')) === undefined) await createCron(ctx);
  };

async function hasAdministrator({ db }: Context): Promise<boolean> {
  const top = (await groups.readTree(db)).all.find(({ systemName }) => systemName === SUPER_ADMIN);
  return top !== undefined && (await groups.hasMembers(db, top.id));
}

async function createFirst(ctx: Context, { admin, baseUrl }: Config, secrets: Secrets): Promise<void> {
  const email = admin.email ?? `admin@${hostOf(baseUrl)}`;
  const password = admin.password ?? randomToken(20);
  const apiToken = admin.apiToken ?? randomToken();
  const account = { email, name: 'Administrator', password, apiToken };
  const isGenerated = admin.password === undefined;
  await makeAdministrator(ctx, secrets, account, async (tx) => {
    if (isGenerated) await tx.emit(firstAdministratorMade, {});
  });
  const generated = [
    ...(admin.password === undefined ? [`  Password:  ${password}`] : []),
    ...(admin.apiToken === undefined ? [`  API token: ${apiToken}`] : []),
  ];
  if (generated.length > 0) announce(email, generated);
}

/** Not through the log, which is kept: this is shown once, to whoever starts the engine for the first time. */
function announce(email: string, lines: readonly string[]): void {
  const text = [
    'The first administrator has been created. Keep this: it is not shown again.',
    `  E-mail:    ${email}`,
    ...lines,
  ];
  process.stdout.write(`\n${text.join('\n')}\n\n`);
}

/** The account that scheduled work is done in the name of; nobody knows its password. */
async function createCron(ctx: Context): Promise<void> {
  const passwordHash = await hashPassword(randomToken());
  const email = `cron-${randomHex(16)}@localhost`;
  await atomic(ctx, async (tx) => {
    const account = { systemName: 'cron', email, passwordHash, name: 'System Cron Job', status: 'active' as const };
    await accounts.insert(tx.db, account, tx.now);
  });
}

/** A mailbox is at a name: an address of numbers stands for this machine. */
function hostOf(baseUrl: string): string {
  const { hostname } = new URL(baseUrl);
  return /^[\d.]+$|^\[/.test(hostname) ? 'localhost' : hostname;
}
