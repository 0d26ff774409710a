import type { Context } from '#core/context';
import { invalidInput } from '#core/error';
import { field, type AskOutside } from './outside.ts';

const DATABASE = 'https://api.stopforumspam.org/api';

/** In the order of the contract, with its words. */
const SUBJECTS = [
  ['username', 'username'],
  ['email', 'e-mail'],
  ['ip', 'IP address'],
] as const;

interface Suspect {
  readonly email: string;
  readonly ip: string;
  readonly username: string | undefined;
}

/** Refuses whom the database knows as a spammer. When it cannot be reached nobody is held up: it is one guard of several. */
export async function refuseSpammer(ctx: Context, { email, ip, username }: Suspect, ask: AskOutside): Promise<void> {
  let found: unknown;
  try {
    found = await ask(DATABASE, { json: '1', email, ...(ip !== '' && { ip }), ...(username && { username }) });
  } catch (error) {
    ctx.log.warn('StopForumSpam cannot be asked', { error });
    return;
  }
  for (const [subject, word] of SUBJECTS) {
    if (Number(field(field(found, subject), 'appears')) === 1)
      throw invalidInput('antispam.listed', `Your ${word} is blacklisted in the Stop Forum Spam database`);
  }
}
