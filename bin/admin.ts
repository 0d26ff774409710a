import type { Command } from 'commander';
import { invalidInput } from '#core/error';
import { randomToken } from '#core/secret';
import { staffService } from '#modules/staff/contract';
import { example } from './command.ts';
import { withEngine } from './engine.ts';
import type { Terminal } from './terminal.ts';

interface Account {
  readonly email: string;
  readonly name: string;
  readonly password?: string;
  readonly apiToken?: string;
}

export function addAdmin(program: Command, terminal: Terminal): void {
  const admin = program.command('admin').description('Make administrators and their API tokens.');
  admin
    .command('create')
    .description('Make an administrator who may do everything. What is not given is generated and printed once.')
    .requiredOption('--email <email>', 'e-mail to sign in with')
    .requiredOption('--name <name>', 'name as others see it')
    .option('--password <password>', 'at least 8 characters; others on this machine can see it while the command runs')
    .option('--api-token <token>', 'at least 16 characters')
    .addHelpText('after', example('admin create --email ada@example.com --name Ada'))
    .action((account: Account) => create(terminal, account));
  admin
    .command('token')
    .description('Give a staff member a new API token and print it once. The old one stops working.')
    .requiredOption('--email <email>', 'e-mail of the staff member')
    .addHelpText('after', example('admin token --email ada@example.com'))
    .action(({ email }: { email: string }) => renewToken(terminal, email));
}

async function create(terminal: Terminal, account: Account): Promise<void> {
  if (!/^[^@\s]+@[^@\s]+$/.test(account.email)) throw invalidInput('admin.email', '--email must be an e-mail address.');
  if (account.name.trim() === '') throw invalidInput('admin.name', '--name must not be empty.');
  if (account.password !== undefined && account.password.length < 8)
    throw invalidInput('admin.password', '--password must have at least 8 characters.');
  if (account.apiToken !== undefined && account.apiToken.length < 16)
    throw invalidInput('admin.token', '--api-token must have at least 16 characters.');

  await withEngine(terminal, async (app) => {
    await app.catalog.refresh();
    const { email, name, password = randomToken(16), apiToken = randomToken() } = account;
    await app.service(staffService).createAdministrator(app.system(), { email, name, password, apiToken });
    terminal.print(`Administrator ${email} is made.`);
    if (account.password === undefined) terminal.print(`Password: ${password}`);
    if (account.apiToken === undefined) terminal.print(`API token: ${apiToken}`);
  });
}

const renewToken = (terminal: Terminal, email: string): Promise<void> =>
  withEngine(terminal, async (app) => {
    await app.catalog.refresh();
    terminal.print(`API token: ${await app.service(staffService).resetTokenOf(app.system(), email)}`);
  });
