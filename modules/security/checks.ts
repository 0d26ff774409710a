import type { Context } from '#core/context';
import { notFound } from '#core/error';

export interface Finding {
  readonly result: 'passed' | 'warning' | 'failed';
  readonly message: string;
}

export interface Check {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  run(ctx: Context): Promise<Finding>;
}

export interface Outcome extends Finding {
  readonly id: string;
}
export interface NamedOutcome extends Outcome {
  readonly name: string;
}

export interface Checks {
  list(): readonly Check[];
  run(ctx: Context, id: string): Promise<Outcome>;
  runAll(ctx: Context): Promise<NamedOutcome[]>;
}

export function createChecks(checks: readonly Check[]): Checks {
  return {
    list: () => checks,
    async run(ctx, id) {
      const check = checks.find((one) => one.id === id);
      if (check === undefined) throw notFound('security.unknown_check', `The check ${id} does not exist.`);
      return { ...(await check.run(ctx)), id };
    },
    runAll: (ctx) => Promise.all(checks.map(async ({ id, name, run }) => ({ ...(await run(ctx)), id, name }))),
  };
}

/** The graver of several findings, and what all of them say. */
export function summed(findings: readonly Finding[], allWell: string): Finding {
  const [failed, warned] = (['failed', 'warning'] as const).map((result) =>
    findings.filter((finding) => finding.result === result),
  );
  const grave = [...(failed ?? []), ...(warned ?? [])];
  const message = grave.length === 0 ? allWell : grave.map((finding) => finding.message).join(' ');
  return { result: grave[0]?.result ?? 'passed', message };
}

export const passed: Finding = { result: 'passed', message: '' };
export const warning = (message: string): Finding => ({ result: 'warning', message });
export const failed = (message: string): Finding => ({ result: 'failed', message });
