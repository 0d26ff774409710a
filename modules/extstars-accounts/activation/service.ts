import { randomBytes } from 'node:crypto';
import { later, SECOND } from '#core/clock';
import { atomic, type Context, type Tx } from '#core/context';
import { isUniqueViolation } from '#core/db/errors';
import type { Page, PageRequest } from '#core/db/paginate';
import { AppError, notFound } from '#core/error';
import type { App } from '../app/service.ts';
import * as codeRows from '../code/repository.ts';
import type { BoughtCodes } from '../code/bought.ts';
import { LONGEST_DESTINATION, readDestination } from '../code/new-code.ts';
import type { Code } from '../code/row.ts';
import type { Codes } from '../code/service.ts';
import { isUsable } from '../code/standing.ts';
import { codeActivated, codeActivating, codeDeactivated, codeDeactivating } from '../contract.ts';
import * as activations from './repository.ts';
import type { ActivationFilter } from './repository.ts';
import { findByToken } from './repository-check.ts';
import { hashOf } from './hash.ts';
import type { Activation, ReleasedBy } from './row.ts';

/** Why a device does not get a place, in the order in which it is asked (spec 4.1). */
export type ActivationRefusal = 'unknown_code' | 'not_usable' | 'no_destination' | 'no_user' | 'active' | 'full';
/** Why a place is not given back (spec 4.2). */
export type ReleaseRefusal = 'unknown_token' | 'other_device' | 'not_allowed' | 'no_user';

export interface Device {
  readonly code: string;
  readonly deviceId: string;
  readonly deviceInfo: string;
  readonly email: string;
}

export type Activations = ReturnType<typeof createActivations>;

const TOKEN_BYTES = 32;
/** Another code of the same device may be activated at the same moment; then its row is seen the second time. */
const ATTEMPTS = 3;

export function createActivations({ codes, bought }: { readonly codes: Codes; readonly bought: BoughtCodes }) {
  return {
    async activate(ctx: Context, app: App, device: Device): Promise<{ token: string } | ActivationRefusal> {
      const found = await codes.findByText(ctx, app.appId, device.code);
      if (found === undefined) return 'unknown_code';
      for (let attempt = 1; ; attempt++) {
        try {
          return await atomic(ctx, (tx) => activateOne(tx, app, found.id, device));
        } catch (error) {
          if (!isUniqueViolation(error) || attempt === ATTEMPTS) throw error;
        }
      }
    },

    async deactivate(ctx: Context, app: App, token: string, deviceId: string): Promise<true | ReleaseRefusal> {
      const found = await findByToken(ctx.db, hashOf(token));
      if (found === undefined || found.appId !== app.appId || !found.isLive) return 'unknown_token';
      return atomic(ctx, async (tx) => {
        const code = await codeRows.findForUpdate(tx.db, found.codeId);
        const activation = await activations.findForUpdate(tx.db, found.id);
        if (code === undefined || activation === undefined || !activation.isLive) return 'unknown_token';
        if (activation.deviceId !== deviceId) return 'other_device';
        if (!(await mayRelease(tx, app, code))) return 'not_allowed';
        if ((await codes.userOf(tx, code.destination)) === undefined) return 'no_user';
        const about = { appId: app.appId, codeId: code.id, deviceId };
        if (await isVetoed(() => tx.ask(codeDeactivating, about))) return 'not_allowed';
        await activations.release(tx.db, activation.id, 'device', tx.now);
        await tx.emit(codeDeactivated, { ...about, activationId: activation.id });
        return true;
      });
    },

    /** By staff, or by the owner of the code where devices could do it too. */
    release: (ctx: Context, id: number, by: ReleasedBy): Promise<void> =>
      atomic(ctx, async (tx) => {
        const { codeId } = await get(tx, id);
        await codeRows.findForUpdate(tx.db, codeId);
        const { appId, deviceId } = await get(tx, id);
        if (!(await activations.release(tx.db, id, by, tx.now)))
          throw notFound('extstars.released', 'This device has been released already.');
        await tx.emit(codeDeactivated, { appId, codeId, deviceId, activationId: id });
        await tx.record(`Released activation #${id} of activation code #${codeId}`);
      }),

    resetChain: (ctx: Context, id: number): Promise<void> =>
      atomic(ctx, async (tx) => {
        await get(tx, id);
        await activations.resetChain(tx.db, id);
        await tx.record(`Reset the chain of activation #${id}`);
      }),

    get,
    mayRelease,
    list: (
      ctx: Context,
      filter: ActivationFilter & { readonly codeIds?: readonly number[] },
      request: PageRequest,
    ): Promise<Page<Activation>> => activations.list(ctx.db, filter, request),

    async purge(ctx: Context, ipsBefore: Date): Promise<void> {
      while ((await atomic(ctx, (tx) => activations.purge(tx.db, ipsBefore, 400))) === 400);
      const answersBefore = later(ctx.now, -86_400 * SECOND);
      while ((await atomic(ctx, (tx) => activations.forgetAnswers(tx.db, answersBefore, 400))) === 400);
    },
  };

  async function get(ctx: Context, id: number): Promise<Activation> {
    const found = await activations.find(ctx.db, id);
    if (found === undefined) throw notFound('extstars.unknown_activation', 'Activation not found');
    return found;
  }

  async function activateOne(
    tx: Tx,
    app: App,
    codeId: number,
    device: Device,
  ): Promise<{ token: string } | ActivationRefusal> {
    const code = await codeRows.findForUpdate(tx.db, codeId);
    if (code === undefined || code.standing === 'revoked') return 'unknown_code';
    if (!isUsable(code, tx.now)) return 'not_usable';
    const destination =
      code.destination === '' ? readDestination(device.email.slice(0, LONGEST_DESTINATION)) : code.destination;
    if (destination === '') return 'no_destination';
    if ((await codes.userOf(tx, destination)) === undefined) return 'no_user';

    const deviceHash = hashOf(device.deviceId);
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const live = await activations.findLive(tx.db, app.appId, deviceHash);
    if (live !== undefined) {
      const isSameCode = live.codeId === code.id;
      if (isSameCode && app.settings.reissue_on_104) {
        await activations.reissue(tx.db, live.id, hashOf(token));
        return { token };
      }
      if (isSameCode || isUsable(live, tx.now)) return 'active';
    }
    const isFull = code.maxActivations > 0 && (await activations.countLive(tx.db, code.id)) >= code.maxActivations;
    if (isFull) return 'full';
    const about = { appId: app.appId, codeId: code.id, deviceId: device.deviceId };
    if (await isVetoed(() => tx.ask(codeActivating, about))) return 'not_usable';
    if (live !== undefined) await activations.release(tx.db, live.id, 'moved', tx.now);
    if (code.destination === '') await codeRows.update(tx.db, code, { destination }, tx.now);
    const begun = await bought.beginPeriod(tx, { ...code, destination });
    const activationId = await activations.insert(
      tx.db,
      begun,
      {
        deviceId: device.deviceId,
        deviceHash,
        deviceInfo: device.deviceInfo,
        activeOrder: await activations.nextOrder(tx.db, code.id),
        tokenHash: hashOf(token),
        ip: tx.ip,
      },
      tx.now,
    );
    await tx.emit(codeActivated, { ...about, activationId });
    return { token };
  }

  /** Releases by staff need no permission and do not count. */
  async function mayRelease(
    ctx: Context,
    { settings }: App,
    code: Pick<Code, 'id' | 'allowsDeactivate'>,
  ): Promise<boolean> {
    if (!(code.allowsDeactivate ?? settings.allow_deactivate)) return false;
    const { max_deactivations: most } = settings;
    return most === null || (await activations.countReleasedByDevice(ctx.db, code.id)) < most;
  }
}

/** Whoever listens may refuse, and says so by an error of ours; any other is a bug. */
async function isVetoed(asked: () => Promise<void>): Promise<boolean> {
  try {
    await asked();
    return false;
  } catch (error) {
    if (error instanceof AppError && error.kind !== 'internal' && error.kind !== 'unavailable') return true;
    throw error;
  }
}
