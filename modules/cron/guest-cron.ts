import { atomic, type Context } from '#core/context';
import { forbidden } from '#core/error';
import { isTruthy } from '#core/schema';
import { equalsSecret, randomHex } from '#core/secret';
import type { SettingStore } from '#core/settings';

/** Whether and with which hash an outside cron may run the jobs: the configuration of this module (spec B4). */
export type GuestCron = ReturnType<typeof createGuestCron>;

const OWNER = 'mod_cron';
const HASH_LENGTH = 64;

export function createGuestCron(settings: SettingStore) {
  const read = async (ctx: Context) => {
    const config = await settings.config(ctx, OWNER);
    const { guest_cron: isOn, cron_hash: hash } = config;
    return { config, isOn: isTruthy(isOn), hash: typeof hash === 'string' ? hash : '' };
  };

  return {
    async refuse(ctx: Context, sent: unknown): Promise<void> {
      const { isOn, hash } = await read(ctx);
      if (!isOn) throw refused('You do not have permission to perform this action');
      if (hash === '') throw refused('Guest cron is enabled but no security hash has been configured');
      if (typeof sent !== 'string' || !equalsSecret(sent, hash))
        throw refused('You do not have permission to perform this action');
    },

    /** For staff who may change it: the whole address, secret included. */
    async describe(ctx: Context, baseUrl: string): Promise<{ is_on: boolean; url: string }> {
      const { isOn, hash } = await read(ctx);
      return { is_on: isOn, url: `${new URL('/api/guest/cron/run', baseUrl).href}?hash=${hash}` };
    },

    /** Keeps the hash there is, or makes one; without an outside cron there is none. */
    set: (ctx: Context, isOn: boolean): Promise<void> =>
      atomic(ctx, async (tx) => {
        const { config, hash } = await read(tx);
        const next = isOn ? hash || randomHex(HASH_LENGTH) : '';
        await settings.saveConfig(tx, OWNER, { ...config, ext: OWNER, guest_cron: isOn, cron_hash: next });
        await tx.record(
          isOn ? 'Allowed an outside cron to run the jobs' : 'Stopped outside crons from running the jobs',
        );
      }),

    /** The old hash is refused from now on. */
    renewHash: (ctx: Context): Promise<string> =>
      atomic(ctx, async (tx) => {
        const { config } = await read(tx);
        const hash = randomHex(HASH_LENGTH);
        await settings.saveConfig(tx, OWNER, { ...config, ext: OWNER, cron_hash: hash });
        await tx.record('Replaced the hash of the outside cron');
        return hash;
      }),
  };
}

const refused = (message: string) => forbidden('cron.refused', message);
