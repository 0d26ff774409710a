import { atomic, type Context, type Tx } from '#core/context';
import { isUniqueViolation } from '#core/db/errors';
import { conflict, invalidInput, unauthenticated } from '#core/error';
import type { Limits, Policy } from '#core/http/limit';
import type { Secrets } from '#core/secret';
import type { SettingStore } from '#core/settings';
import type { Owner, TwoFactorService } from './contract.ts';
import { newRecoveryCode, readDeviceCode, readRecoveryCode, RECOVERY_CODES } from './recovery-code.ts';
import * as devices from './repository.ts';
import { newSecret, stepOf, uriOf } from './totp.ts';

/** Wrong codes from one address. */
const TRIES: Policy = { name: 'two-factor_tries', calls: 10, seconds: 3600 };
/**
 * Wrong codes of a device from all addresses but the owner's last one: a million codes are few for who has many
 * addresses. Recovery codes are beyond guessing and stay open, so nobody can lock the owner out.
 */
const GUESSES: Policy = { name: 'two-factor_guesses', calls: 100, seconds: 86_400 };

const SECRET = 'two-factor.secret';
const RECOVERY = 'two-factor.recovery';

interface Needs {
  readonly secrets: Secrets;
  readonly limits: Limits;
  readonly settings: SettingStore;
}

export function createTwoFactor({ secrets, limits, settings }: Needs): TwoFactorService {
  return {
    isOn: async (ctx, owner) => (await devices.find(ctx.db, owner))?.enabledAt !== undefined,

    async show(ctx, owner, label) {
      const device = await devices.find(ctx.db, owner);
      if (device === undefined) return { isOn: false, since: undefined, codesLeft: 0, setup: undefined };
      if (device.enabledAt !== undefined) {
        const codesLeft = await devices.countCodes(ctx.db, owner);
        return { isOn: true, since: device.enabledAt, codesLeft, setup: undefined };
      }
      const secret = secrets.open(SECRET, device.sealedSecret);
      const issuer = (await settings.param(ctx, 'company_name')) || 'Tollkeeper';
      return { isOn: false, since: undefined, codesLeft: 0, setup: { secret, uri: uriOf(secret, issuer, label) } };
    },

    async begin(ctx, owner) {
      const sealed = secrets.seal(SECRET, newSecret());
      try {
        await atomic(ctx, async (tx) => {
          if (await devices.replacePending(tx.db, owner, sealed, tx.now)) return;
          await devices.insert(tx.db, owner, sealed, tx.now);
        });
      } catch (error) {
        if (isUniqueViolation(error)) throw alreadyOn();
        throw error;
      }
    },

    async switchOn(ctx, owner, code) {
      const giveBack = await countTry(ctx, owner);
      const device = await devices.find(ctx.db, owner);
      if (device === undefined) throw notBegun();
      if (device.enabledAt !== undefined) throw alreadyOn();
      const step = stepOf(secrets.open(SECRET, device.sealedSecret), readDeviceCode(code) ?? '', ctx.now);
      if (step === undefined) throw wrongCode();
      const { codes, hashes } = makeCodes(owner);
      await atomic(ctx, async (tx) => {
        if (!(await devices.enable(tx.db, owner, device.sealedSecret, { step, ip: tx.ip }, tx.now))) throw alreadyOn();
        await devices.insertCodes(tx.db, owner, hashes, tx.now);
        await tx.record(`Switched on the two-factor login of ${nameOf(owner)}`);
      });
      await giveBack();
      return codes;
    },

    async renewCodes(ctx, owner, code) {
      await prove(ctx, owner, code);
      const { codes, hashes } = makeCodes(owner);
      await atomic(ctx, async (tx) => {
        await devices.removeCodes(tx.db, owner);
        await devices.insertCodes(tx.db, owner, hashes, tx.now);
        await tx.record(`Made new recovery codes of ${nameOf(owner)}`);
      });
      return codes;
    },

    async switchOff(ctx, owner, code) {
      await prove(ctx, owner, code);
      await atomic(ctx, async (tx) => {
        if (!(await remove(tx, owner))) throw notBegun();
      });
    },

    prove,
    remove,
  };

  async function prove(ctx: Context, owner: Owner, sent: string | undefined): Promise<void> {
    if (sent === undefined || sent.trim() === '') throw codeNeeded();
    const giveBack = await countTry(ctx, owner);
    const recovery = readRecoveryCode(sent);
    const isTaken =
      recovery === undefined
        ? await useDeviceCode(ctx, owner, readDeviceCode(sent) ?? '')
        : await atomic(ctx, async (tx) => {
            if (!(await devices.useCode(tx.db, owner, hashOf(owner, recovery)))) return false;
            await tx.record(`Used a recovery code of ${nameOf(owner)}`);
            return true;
          });
    if (!isTaken) throw wrongCode();
    await giveBack();
  }

  async function useDeviceCode(ctx: Context, owner: Owner, code: string): Promise<boolean> {
    const device = await devices.find(ctx.db, owner);
    if (device?.enabledAt === undefined) return false;
    const isElsewhere = device.lastIp === undefined || device.lastIp !== ctx.ip;
    if (isElsewhere) await limits.consume(GUESSES, nameOf(owner), ctx.ip);
    const step = stepOf(secrets.open(SECRET, device.sealedSecret), code, ctx.now);
    if (step === undefined) return false;
    const isFirst = await atomic(ctx, (tx) => devices.useStep(tx.db, owner, { step, ip: tx.ip }, tx.now));
    if (isFirst && isElsewhere) await limits.giveBack(GUESSES, nameOf(owner));
    return isFirst;
  }

  /** Gives back the try, for a code that was right. */
  async function countTry({ ip = 'local' }: Context, owner: Owner): Promise<() => Promise<void>> {
    const subject = `${nameOf(owner)} from ${ip}`;
    await limits.consume(TRIES, subject, ip);
    return () => limits.giveBack(TRIES, subject);
  }

  function makeCodes(owner: Owner): { readonly codes: readonly string[]; readonly hashes: readonly string[] } {
    const codes = Array.from({ length: RECOVERY_CODES }, newRecoveryCode);
    return { codes, hashes: codes.map((code) => hashOf(owner, readRecoveryCode(code) ?? '')) };
  }

  async function remove(tx: Tx, owner: Owner): Promise<boolean> {
    const wasThere = await devices.remove(tx.db, owner);
    if (wasThere) await tx.record(`Switched off the two-factor login of ${nameOf(owner)}`);
    return wasThere;
  }

  function hashOf(owner: Owner, code: string): string {
    return secrets.fingerprint(RECOVERY, `${nameOf(owner)} ${code}`);
  }
}

const nameOf = ({ role, id }: Owner): string => `${role === 'client' ? 'client' : 'staff member'} #${id}`;

const codeNeeded = () => unauthenticated('two-factor.needed', 'This account needs a code of its second step.');
const wrongCode = () => invalidInput('two-factor.wrong', 'This code is wrong or was used before.');
const alreadyOn = () => conflict('two-factor.on', 'The two-factor login is switched on already.');
const notBegun = () => conflict('two-factor.off', 'The two-factor login is not switched on.');
