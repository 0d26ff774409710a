import { randomBytes } from 'node:crypto';
import type { ClientActor } from '#core/actor';
import { HOUR, later, MINUTE, SECOND } from '#core/clock';
import { atomic, type Context, type Tx } from '#core/context';
import type { Page, PageRequest } from '#core/db/paginate';
import { AppError, conflict } from '#core/error';
import type { Limits, Policy } from '#core/http/limit';
import { untilFree } from '#core/key-vault';
import type { Secrets } from '#core/secret';
import type { ClientService } from '#modules/client/contract';
import { inactive } from '../admit.ts';
import { refusal } from '../failure.ts';
import { MODULE } from '../rules.ts';
import type { IssuedToken, Tokens } from '../token/service.ts';
import * as devices from './repository.ts';
import type { Device } from './repository.ts';
import { generateUserCode, readUserCode } from './user-code.ts';

export interface StartedDevice {
  readonly deviceCode: string;
  readonly userCode: string;
  readonly expiresIn: number;
  readonly interval: number;
}

export type Decision = 'approve' | 'deny';

/** Device authorization (RFC 8628 with the statuses of spec 4.4). */
export interface Devices {
  start(ctx: Context): Promise<StartedDevice>;
  poll(ctx: Context, deviceCode: string): Promise<IssuedToken & { readonly clientId: number }>;
  /** A code that waits for a decision; throws one neutral sentence for every other. */
  look(ctx: Context<ClientActor>, typed: string): Promise<Device>;
  decide(ctx: Context<ClientActor>, typed: string, decision: Decision): Promise<void>;
  listWaiting(ctx: Context, request: PageRequest): Promise<Page<Device>>;
  /** By staff. */
  deny(ctx: Context, id: number): Promise<void>;
  removeAllOf(tx: Tx, clientId: number): Promise<void>;
  purge(ctx: Context): Promise<void>;
}

const LIFE_MS = 600 * SECOND;
const INTERVAL = 5;
const TOLERANCE_MS = 500;
/** So that who polls late is told that it expired, and not that there never was such a code. */
const KEPT_MS = HOUR;
const ATTEMPTS = 5;
const CHUNK = 500;
const PURPOSE = 'orbit.device_code';

/** Whoever guesses codes gets nowhere (RFC 8628, 5.1). */
const WRONG_CODES: Policy = { name: `${MODULE}.user_code`, calls: 5, seconds: (10 * MINUTE) / SECOND };

interface Needs {
  readonly secrets: Secrets;
  readonly tokens: Tokens;
  readonly clients: ClientService;
  readonly limits: Limits;
}

export function createDevices({ secrets, tokens, clients, limits }: Needs): Devices {
  const hashOf = (code: string): string => secrets.fingerprint(PURPOSE, code);

  return {
    start: (ctx) =>
      atomic(ctx, (tx) =>
        untilFree(ATTEMPTS, conflict('orbit.exhausted', 'No free code was found.'), async () => {
          const deviceCode = randomBytes(32).toString('base64url');
          const userCode = generateUserCode();
          const times = { pollSeconds: INTERVAL, expiresAt: later(tx.now, LIFE_MS) };
          await devices.insert(tx.db, { deviceHash: hashOf(deviceCode), userCode, ip: tx.ip, ...times }, tx.now);
          return { deviceCode, userCode, expiresIn: LIFE_MS / SECOND, interval: INTERVAL };
        }),
      ),

    async poll(ctx, deviceCode) {
      // What a refused poll changes is kept, so it is thrown only after the transaction.
      const outcome = await atomic(ctx, (tx) => answerTo(tx, deviceCode));
      if (outcome instanceof AppError) throw outcome;
      return outcome;
    },

    look: (ctx, typed) =>
      guessed(ctx, async () => {
        const code = readUserCode(typed);
        const device = code === undefined ? undefined : await devices.findByUserCode(ctx.db, code);
        return isOpen(device, ctx.now) ? device : undefined;
      }),

    async decide(ctx, typed, decision) {
      await guessed(ctx, () =>
        atomic(ctx, async (tx) => {
          const code = readUserCode(typed);
          const device = code === undefined ? undefined : await devices.findForUpdate(tx.db, { user_code: code });
          if (!isOpen(device, tx.now)) return undefined;
          if ((await clients.find(tx, tx.actor.id))?.status !== 'active') throw inactive();
          await devices.setStatus(tx.db, device.id, decision === 'approve' ? 'approved' : 'denied', tx.actor.id);
          await tx.record(decision === 'approve' ? 'Approved a device' : 'Denied a device');
          return device;
        }),
      );
    },

    listWaiting: (ctx, request) => devices.listWaiting(ctx.db, ctx.now, request),
    deny: (ctx, id) =>
      atomic(ctx, async (tx) => {
        const device = await devices.findForUpdate(tx.db, { id });
        if (!isOpen(device, tx.now)) throw badCode();
        await devices.setStatus(tx.db, id, 'denied', undefined);
        await tx.record(`Denied device request #${id}`);
      }),
    removeAllOf: (tx, clientId) => devices.removeOf(tx.db, clientId),
    async purge(ctx) {
      const before = later(ctx.now, -KEPT_MS);
      while ((await atomic(ctx, (tx) => devices.purge(tx.db, before, CHUNK))) === CHUNK);
    },
  };

  /** The order of spec 4.4: the first that fits. */
  async function answerTo(tx: Tx, deviceCode: string): Promise<(IssuedToken & { clientId: number }) | AppError> {
    const device = await devices.findForUpdate(tx.db, { device_hash: hashOf(deviceCode) });
    if (device === undefined || device.status === 'redeemed') return invalidGrant();
    if (device.expiresAt <= tx.now) return refusal('conflict', 'expired_token', 'The device code has expired.');
    if (device.status === 'denied') return refusal('forbidden', 'access_denied', 'The request was denied.');
    if (device.status === 'approved') return redeem(tx, device);
    const waited = device.polledAt === undefined ? Infinity : tx.now.getTime() - device.polledAt.getTime();
    const isEarly = waited < device.pollSeconds * SECOND - TOLERANCE_MS;
    const pollSeconds = device.pollSeconds + (isEarly ? INTERVAL : 0);
    await devices.setPoll(tx.db, device.id, pollSeconds, tx.now);
    return isEarly ? slowDown(pollSeconds) : pending();
  }

  async function redeem(tx: Tx, { id, clientId }: Device): Promise<(IssuedToken & { clientId: number }) | AppError> {
    if (clientId === undefined) return invalidGrant();
    const client = await clients.find(tx, clientId);
    if (client === undefined) return invalidGrant();
    if (client.status !== 'active') return inactive();
    await devices.setStatus(tx.db, id, 'redeemed', undefined);
    return { ...(await tokens.issue(tx, clientId, 'device')), clientId };
  }

  /** Each wrong code counts, for the account and for the address. */
  async function guessed(ctx: Context<ClientActor>, find: () => Promise<Device | undefined>): Promise<Device> {
    const subjects = [`client:${ctx.actor.id}`, `ip:${ctx.ip ?? ''}`];
    for (const subject of subjects) await limits.consume(WRONG_CODES, subject);
    const device = await find();
    if (device === undefined) throw badCode();
    for (const subject of subjects) await limits.giveBack(WRONG_CODES, subject);
    return device;
  }
}

const isOpen = (device: Device | undefined, now: Date): device is Device =>
  device?.status === 'pending' && device.expiresAt > now;

/** The same whether it is wrong, expired or used. */
const badCode = (): AppError =>
  conflict('orbit.bad_user_code', 'This code is not valid. Please check it and try again.');
const invalidGrant = (): AppError => refusal('conflict', 'invalid_grant', 'The device code is not valid.');
const pending = (): AppError => refusal('conflict', 'authorization_pending', 'The request has not been approved yet.');
const slowDown = (interval: number): AppError =>
  new AppError('rate_limited', 'orbit.slow_down', 'Polling too fast.', { retryAfter: interval });
