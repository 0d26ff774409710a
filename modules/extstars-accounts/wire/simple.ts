import { Type } from '@sinclair/typebox';
import type { Context } from '#core/context';
import { guestEndpoint } from '#core/endpoint';
import type { Limits } from '#core/http/limit';
import { Anything } from '#core/schema';
import type { Check, CheckRefusal } from '../activation/check.ts';
import type { ActivationRefusal, Activations, ReleaseRefusal } from '../activation/service.ts';
import type { Apps } from '../app/service.ts';
import { textOf } from '../body.ts';
import { APP_HEADER, Headers, TOKEN_HEADER } from '../dialect.ts';
import { MISSES } from '../pace.ts';
import { Envelope, refuse, succeed, type Word } from '../reply.ts';

interface Needs {
  readonly apps: Apps;
  readonly activations: Activations;
  readonly check: Check;
  readonly limits: Limits;
}

type Table<R extends string> = Readonly<Record<R, readonly [code: number, word: Word]>>;

const ACTIVATE: Table<ActivationRefusal> = {
  unknown_code: [101, 'unknown_code'],
  not_usable: [105, 'not_usable'],
  no_destination: [106, 'no_destination'],
  no_user: [107, 'no_user'],
  active: [104, 'active'],
  full: [103, 'full'],
};
const DEACTIVATE: Table<ReleaseRefusal> = {
  unknown_token: [101, 'unknown_token'],
  other_device: [105, 'other_device'],
  not_allowed: [103, 'not_allowed'],
  no_user: [104, 'no_user'],
};
const CHECK: Table<CheckRefusal> = {
  unknown_token: [101, 'unknown_token'],
  not_usable: [101, 'over'],
  other_device: [103, 'other_device'],
  too_early: [103, 'too_early'],
  wrong_step: [104, 'wrong_step'],
};

const LONGEST = { code: 64, device: 255, info: 2048, email: 255, token: 255, step: 255 };
const isLonger = (text: string, most: number): boolean => text.length > most && [...text].length > most;

const Device = { ...Headers, device_id: Type.Optional(Anything()) };
const KeyData = Type.Object({
  key: Type.String(),
  expire_in: Type.Integer(),
  active_order: Type.Integer(),
  step_key: Type.String(),
});

/** Activation without a login (spec 4.1 to 4.3). Every answer is a result; the app is asked for before all else. */
export function simpleEndpoints({ apps, activations, check, limits }: Needs) {
  return {
    active: guestEndpoint({
      summary: 'Activate a device with a code.',
      input: Type.Object({
        ...Device,
        code: Type.Optional(Anything()),
        device_info: Type.Optional(Anything()),
        email: Type.Optional(Anything()),
      }),
      output: Envelope(Type.Object({ token: Type.String() }), [101, 102, 103, 104, 105, 106, 107]),
      handle: async (ctx, input) => {
        const app = await apps.recent(ctx, input[APP_HEADER]);
        if (app === undefined) return refuse(101, 'unknown_app');
        const [code, deviceId] = [textOf(input.code), textOf(input.device_id)];
        const deviceInfo = infoOf(input.device_info);
        const isComplete =
          code !== '' && deviceId !== '' && deviceInfo !== undefined && !isLonger(deviceId, LONGEST.device);
        if (!isComplete || isLonger(deviceInfo, LONGEST.info)) return refuse(102, 'incomplete', app);
        return countingMisses(ctx, limits, async () => {
          const email = textOf(input.email);
          const outcome = isLonger(code, LONGEST.code)
            ? 'unknown_code'
            : await activations.activate(ctx, app, { code, deviceId, deviceInfo, email });
          if (typeof outcome === 'string') {
            const isMiss = outcome === 'unknown_code';
            return { isMiss, answer: refuse(ACTIVATE[outcome][0], ACTIVATE[outcome][1], app) };
          }
          return { isMiss: false, answer: succeed(outcome, app, outcome.token) };
        });
      },
    }),

    deactive: guestEndpoint({
      summary: 'Release a device.',
      input: Type.Object(Device),
      output: Envelope(Type.Null(), [101, 102, 103, 104, 105]),
      handle: async (ctx, input) => {
        const app = await apps.recent(ctx, input[APP_HEADER]);
        if (app === undefined) return refuse(101, 'unknown_app');
        const deviceId = textOf(input.device_id);
        if (deviceId === '') return refuse(102, 'incomplete', app);
        const outcome = await activations.deactivate(ctx, app, input[TOKEN_HEADER] ?? '', deviceId);
        return outcome === true ? succeed(null, app) : refuse(DEACTIVATE[outcome][0], DEACTIVATE[outcome][1], app);
      },
    }),

    check: guestEndpoint({
      summary: 'Prove that an activation is alive, and get a key.',
      isHot: true,
      input: Type.Object({ ...Device, step_key: Type.Optional(Anything()) }),
      output: Envelope(KeyData, [101, 102, 103, 104]),
      handle: async (ctx, input) => {
        const app = await apps.recent(ctx, input[APP_HEADER]);
        if (app === undefined) return refuse(101, 'unknown_app');
        const deviceId = textOf(input.device_id);
        if (deviceId === '') return refuse(102, 'incomplete', app);
        const stepKey = textOf(input.step_key);
        const outcome = await check(ctx, app, input[TOKEN_HEADER] ?? '', { deviceId, stepKey });
        return typeof outcome === 'string' ? refuse(CHECK[outcome][0], CHECK[outcome][1], app) : succeed(outcome, app);
      },
    }),
  };
}

/** Present, but perhaps empty; an object is kept as JSON. Undefined when it was not sent. */
function infoOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'object' ? JSON.stringify(value) : textOf(value);
}

/** An address is refused once it has named too many codes that do not exist; all other answers count nothing. */
async function countingMisses<T>(
  ctx: Context,
  limits: Limits,
  work: () => Promise<{ readonly isMiss: boolean; readonly answer: T }>,
): Promise<T> {
  const address = ctx.ip ?? '';
  await limits.check(MISSES, address);
  const { isMiss, answer } = await work();
  if (isMiss) await limits.consume(MISSES, address);
  return answer;
}
