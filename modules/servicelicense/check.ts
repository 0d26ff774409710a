import { later, MINUTE } from '#core/clock';
import { atomic, type Context } from '#core/context';
import { isInForce } from '#core/delivery';
import { AppError, conflict } from '#core/error';
import type { KeyVault } from '#core/key-vault';
import type { Settings } from '#core/product';
import type { LicensePlugin } from './contract.ts';
import { judge, type Lists } from './judge.ts';
import * as licenses from './repository.ts';

/** What a program sends to ask whether it may run; plugins may look at all of it. Empty text is what was not sent. */
export interface Question {
  readonly license: string;
  readonly host: string;
  readonly version: string;
  readonly path: string;
  readonly sent: Settings;
}

export interface Answer {
  readonly licensedTo: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | undefined;
  /** Of the plugin; it wins over the rest. */
  readonly more: Settings;
}

/** A negative answer, with its number on the wire. */
export interface Refusal {
  readonly error: AppError;
  readonly number: number;
}

/** Numbers and words of the contract (commerce spec 9.3). */
const REFUSALS = {
  empty_request: [1000, () => 'Invalid request. Parameters missing?'],
  no_key: [1001, () => 'License key is not present in call'],
  unknown: [1005, () => 'Your license key is invalid.'],
  no_host: [1002, () => 'Host key is not present in call'],
  no_version: [1003, () => 'Version key is not present in call'],
  no_path: [1004, () => 'Path key is not present in call'],
  not_active: [1006, () => 'License is not active'],
  ip: [1007, (_, { ip }) => `Ip "${ip}" is not allowed for this license`],
  host: [1008, ({ host }) => `Host "${host}" is not allowed for this license`],
  version: [1009, ({ version }) => `Version "${version}" is invalid for this license`],
  path: [1010, ({ path }) => `Software install path "${path}" is invalid for this license`],
} as const satisfies Record<string, readonly [number, (question: Question, ctx: Context) => string]>;
type Reason = keyof typeof REFUSALS;

export const CHECK_NUMBERS: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries(REFUSALS).map(([reason, [number]]) => [`servicelicense.${reason}`, number]),
);
const OTHER = 9999;

/** A program that asks on every request of its own does not write each time. */
const PING_EVERY_MS = MINUTE;

interface Needs {
  readonly vault: KeyVault;
  pluginOf(name: string): LicensePlugin | undefined;
}

/** Whether a licence may be used, in the contract's order. One read; a write where it learned something, or was last seen a while ago. */
export const createCheck =
  ({ vault, pluginOf }: Needs) =>
  async (ctx: Context, question: Question): Promise<Answer | Refusal> => {
    const refuse = (reason: Reason): Refusal => refusal(reason, question, ctx);
    if (Object.keys(question.sent).length === 0) return refuse('empty_request');
    if (question.license === '') return refuse('no_key');
    const found = await licenses.findByHash(ctx.db, vault.hashOf(question.license));
    const seen = found && (await see(ctx, found, question));
    if (seen === undefined) return refuse('unknown');
    if (seen.reason !== undefined) return refuse(seen.reason);
    const { license } = seen;
    const plugin = pluginOf(license.plugin);
    try {
      const more = (await plugin?.validate?.(ctx, license, question.sent)) ?? {};
      return { licensedTo: license.licensedTo, createdAt: license.createdAt, expiresAt: license.expiresAt, more };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return { error, number: plugin?.errorNumbers?.[error.code] ?? OTHER };
    }
  };

interface Judged {
  readonly reason: Reason | undefined;
  readonly learned: Partial<Lists>;
}

/** Undefined for a licence that went meanwhile. */
async function see(
  ctx: Context,
  license: licenses.License,
  question: Question,
): Promise<{ license: licenses.License; reason: Reason | undefined } | undefined> {
  const judged = judgeAll(ctx, license, question);
  if (Object.keys(judged.learned).length > 0) {
    // Somebody else may be teaching it at this moment: judged anew on the row as it is when nobody else has it.
    return atomic(ctx, async (tx) => {
      const current = await licenses.findForUpdate(tx.db, license.id);
      if (current === undefined) return undefined;
      const { reason, learned } = judgeAll(tx, current, question);
      await licenses.setSeen(tx.db, current.id, learned, tx.now);
      return { license: current, reason };
    });
  }
  if (license.pingedAt === undefined || later(license.pingedAt, PING_EVERY_MS) <= ctx.now)
    await atomic(ctx, (tx) => licenses.setSeen(tx.db, license.id, {}, tx.now));
  return { license, reason: judged.reason };
}

function judgeAll(ctx: Context, license: licenses.License, { host, version, path }: Question): Judged {
  const reason = missing({ host, version, path }) ?? (isInForce(license, ctx.now) ? undefined : 'not_active');
  if (reason !== undefined) return { reason, learned: {} };
  const { refused, learned } = judge(license, { ip: ctx.ip ?? '', host, version, path });
  return { reason: refused, learned };
}

function missing({ host, version, path }: Pick<Question, 'host' | 'version' | 'path'>): Reason | undefined {
  if (host === '') return 'no_host';
  if (version === '') return 'no_version';
  return path === '' ? 'no_path' : undefined;
}

function refusal(reason: Reason, question: Question, ctx: Context): Refusal {
  const [number, say] = REFUSALS[reason];
  return { error: conflict(`servicelicense.${reason}`, say(question, ctx)), number };
}
