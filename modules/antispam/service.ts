import { canonical } from '#core/address';
import { atomic, type Context, type Tx } from '#core/context';
import { conflict, invalidInput } from '#core/error';
import type { SettingStore } from '#core/settings';
import { readAddresses, readRules, type Rules, type Stored } from './config.ts';

export type Antispam = ReturnType<typeof createAntispamService>;

const OWNER = 'mod_antispam';

/** What staff see and change of the guards. */
export function createAntispamService(settings: SettingStore) {
  /** One after the other: two who block at the same time both have their way. */
  const change = (ctx: Context, work: (blocked: readonly string[]) => readonly string[], line: string): Promise<void> =>
    atomic(ctx, async (tx: Tx) => {
      const stored = await settings.configForUpdate(tx, OWNER);
      const blocked = work(readAddresses(stored));
      await settings.saveConfig(tx, OWNER, {
        ...stored,
        ext: OWNER,
        block_ips: blocked.length > 0,
        blocked_ips: blocked.join('\n'),
      });
      await tx.record(line);
    });

  return {
    stored: (ctx: Context): Promise<Stored> => settings.config(ctx, OWNER),
    rules: async (ctx: Context): Promise<Rules> => readRules(await settings.config(ctx, OWNER)),

    async block(ctx: Context, sent: string): Promise<string> {
      const ip = readAddress(sent);
      if (ctx.ip !== undefined && canonical(ctx.ip) === ip)
        throw conflict('antispam.own_address', `You cannot block ${ip} as it is the IP you are making requests from.`);
      await change(
        ctx,
        (blocked) => {
          if (blocked.includes(ip)) throw conflict('antispam.blocked_already', `${ip} is already blocked.`);
          return [...blocked, ip];
        },
        `Blocked the IP address ${ip}`,
      );
      return ip;
    },

    async unblock(ctx: Context, sent: string): Promise<string> {
      const ip = readAddress(sent);
      await change(
        ctx,
        (blocked) => {
          if (!blocked.includes(ip)) throw conflict('antispam.not_blocked', `${ip} is not currently blocked.`);
          return blocked.filter((one) => one !== ip);
        },
        `Unblocked the IP address ${ip}`,
      );
      return ip;
    },
  };
}

function readAddress(text: string): string {
  const ip = canonical(text);
  if (ip === undefined) throw invalidInput('antispam.address', 'Invalid IP address');
  return ip;
}
