import type { Context, Tx } from '#core/context';
import { conflict } from '#core/error';
import type { Limits } from '#core/http/limit';
import { equalsSecret, randomToken, type Secrets } from '#core/secret';
import type { SettingStore } from '#core/settings';

/** What whoever starts an engine without an administrator is shown, and nobody else has. */
export type SetupKey = ReturnType<typeof createKey>;

const FINGERPRINT = 'setup_key';
const PURPOSE = 'setup.key';
const LENGTH = 40;
/** Long enough that nobody guesses it; the limit keeps the log quiet. */
const TRIES = { name: 'setup_key_ip', calls: 10, seconds: 3600 };

interface Needs {
  readonly settings: SettingStore;
  readonly secrets: Secrets;
  readonly limits: Limits;
}

export function createKey({ settings, secrets, limits }: Needs) {
  const isKept = async (ctx: Context, key: string): Promise<boolean> => {
    const kept = await settings.param(ctx, FINGERPRINT);
    return kept !== undefined && kept !== '' && equalsSecret(secrets.fingerprint(PURPOSE, key), kept);
  };
  return {
    /** Replaces the one of before; it is kept as its fingerprint only. */
    async renew(tx: Tx): Promise<string> {
      const key = randomToken(LENGTH);
      await settings.saveParam(tx, FINGERPRINT, secrets.fingerprint(PURPOSE, key));
      return key;
    },

    /** Before anything costly is done for a stranger. */
    async check(ctx: Context, key: string): Promise<void> {
      await limits.consume(TRIES, ctx.ip ?? 'local');
      if (!(await isKept(ctx, key))) throw wrongKey();
    },

    /** It is good for one administrator: of two who show it at once, one comes too late. */
    async spend(tx: Tx, key: string): Promise<void> {
      await settings.paramForUpdate(tx, FINGERPRINT);
      if (!(await isKept(tx, key))) throw wrongKey();
      await settings.saveParam(tx, FINGERPRINT, '');
    },
  };
}

const wrongKey = () => conflict('setup.wrong_key', 'This is not the key that the engine printed when it started.');
