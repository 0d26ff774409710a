import { randomBytes } from 'node:crypto';
import { SECOND } from '#core/clock';
import { patiently, type Context } from '#core/context';
import type { Secrets } from '#core/secret';
import type { App } from '../app/service.ts';
import { isUsable } from '../code/standing.ts';
import { signKey } from '../key.ts';
import { hashOf, hexHashOf } from './hash.ts';
import * as activations from './repository-check.ts';
import type { Binding } from './row.ts';

/** Why a check is refused, in the order in which it is asked (spec 4.3). */
export type CheckRefusal = 'unknown_token' | 'not_usable' | 'other_device' | 'too_early' | 'wrong_step';

export interface CheckAnswer {
  readonly key: string;
  readonly expire_in: number;
  readonly active_order: number;
  readonly step_key: string;
}

export type Check = ReturnType<typeof createCheck>;

const STEP_BYTES = 16;
const PURPOSE = 'extstars_activation.answer';
/** Each time another check of the same device came first, which ends in a refusal the next time. */
const ATTEMPTS = 5;

/** The hot path: one prepared read and, for the answer 100, one prepared write that only one of several gets through. */
export const createCheck = ({ secrets }: { readonly secrets: Secrets }) => {
  async function attempt(
    ctx: Context,
    app: App,
    token: string,
    { deviceId, stepKey }: { readonly deviceId: string; readonly stepKey: string },
  ): Promise<CheckAnswer | CheckRefusal | undefined> {
    const bound = await activations.findByToken(ctx.db, hashOf(token));
    if (bound === undefined || bound.appId !== app.appId || !bound.isLive) return 'unknown_token';
    if (!isUsable(bound, ctx.now)) return 'not_usable';
    if (bound.deviceHash !== hashOf(deviceId)) return 'other_device';

    const { check_interval: interval, step_key_grace: grace } = app.settings;
    const askedHash = stepKey === '' ? undefined : hashOf(stepKey);
    const elapsed = bound.lastCheckAt === undefined ? undefined : ctx.now.getTime() - bound.lastCheckAt.getTime();
    // A clock that was set back must not keep a device waiting for what lies in the future.
    const isWithin = (seconds: number): boolean => elapsed !== undefined && elapsed >= 0 && elapsed < seconds * SECOND;
    if (bound.stepHash !== undefined) {
      if (isWithin(grace) && bound.sealedAnswer !== undefined && bound.askedHash === askedHash)
        return JSON.parse(secrets.open(PURPOSE, bound.sealedAnswer)) as CheckAnswer;
      if (isWithin(interval)) return 'too_early';
      if (askedHash !== bound.stepHash) return 'wrong_step';
    }

    const answer = answerOf(ctx, app, bound, deviceId);
    const step = {
      stepHash: hashOf(answer.step_key),
      askedHash,
      sealedAnswer: grace > 0 ? secrets.seal(PURPOSE, JSON.stringify(answer)) : undefined,
    };
    const isTaken = await patiently(() => activations.takeStep(ctx.db, bound, step, ctx.now));
    return isTaken ? answer : undefined;
  }

  return async (
    ctx: Context,
    app: App,
    token: string,
    device: { readonly deviceId: string; readonly stepKey: string },
  ): Promise<CheckAnswer | CheckRefusal> => {
    for (let tried = 0; tried < ATTEMPTS; tried++) {
      const outcome = await attempt(ctx, app, token, device);
      if (outcome !== undefined) return outcome;
    }
    return 'too_early';
  };
};

function answerOf(ctx: Context, app: App, bound: Binding, deviceId: string): CheckAnswer {
  const iat = Math.floor(ctx.now.getTime() / SECOND);
  const end = bound.expiresAt === undefined ? Infinity : Math.floor(bound.expiresAt.getTime() / SECOND);
  const exp = Math.min(iat + app.settings.key_ttl, end);
  const payload = { app: app.appId, sub: bound.id, dev: hexHashOf(deviceId), ord: bound.activeOrder, iat, exp };
  return {
    key: signKey(payload, app.signKey),
    expire_in: exp,
    active_order: bound.activeOrder,
    step_key: randomBytes(STEP_BYTES).toString('hex'),
  };
}
