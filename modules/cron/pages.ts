import { Type } from '@sinclair/typebox';
import { holds } from '#core/actor';
import { adminEndpoint, Done } from '#core/endpoint';
import type { Context } from '#core/context';
import { conflict } from '#core/error';
import { Anything, MapOf, Text } from '#core/schema';
import type { Jobs } from '#core/scheduler';
import type { MenuEntry, Page } from '#core/web/page';
import type { adminApi } from './api/admin.ts';
import type { GuestCron } from './guest-cron.ts';
import { nextRun } from './next-run.ts';

const PATH = '/admin/cron';

interface Parts {
  readonly jobs: Jobs;
  readonly guestCron: GuestCron;
  readonly baseUrl: string;
  /** Whether this process starts jobs by itself. */
  readonly hasCron: boolean;
  readonly admin: ReturnType<typeof adminApi>;
}

/** The scheduled jobs, in the panel. */
export function cronPages({ jobs, guestCron, baseUrl, hasCron, admin }: Parts): readonly Page[] {
  const list = adminEndpoint({
    summary: 'The scheduled jobs: when each ran, what came of it, when it runs next.',
    permission: 'view',
    input: Type.Object({}),
    output: MapOf(Anything()),
    handle: async (ctx) => {
      const { rights } = ctx.actor;
      const maySet = holds(rights, 'cron', 'manage') && holds(rights, 'cron', 'manage_settings');
      return {
        jobs: await describe(ctx),
        has_cron: hasCron,
        may_run: holds(rights, 'cron', 'manage'),
        outside: maySet ? await guestCron.describe(ctx, baseUrl) : null,
      };
    },
  });
  const run = adminEndpoint({
    summary: 'Run one job now.',
    permission: 'manage',
    input: Type.Object({ id: Text({ maxLength: 191 }) }),
    output: Done,
    handle: async (_ctx, { id }) => {
      const outcome = await jobs.run(id);
      if (outcome === 'busy') throw conflict('cron.busy', `Job ${id} is being run at this moment.`);
      if (outcome === 'failed') throw conflict('cron.failed', `Job ${id} failed; the list says why.`);
      return true as const;
    },
  });

  async function describe(ctx: Context) {
    const runs = new Map((await jobs.lastRuns(ctx)).map((one) => [one.name, one]));
    return jobs.list().map(({ id, job }) => {
      const last = runs.get(id);
      return {
        id,
        schedule: job.schedule,
        started_at: last?.startedAt ?? null,
        duration_ms: last?.durationMs ?? null,
        outcome: last?.startedAt === undefined ? 'never' : last.finishedAt === undefined ? 'running' : outcomeOf(last),
        error: last?.error ?? null,
        next_at: nextRun(job.schedule, ctx.now) ?? null,
      };
    });
  }

  const form = { role: 'admin', then: PATH } as const;
  return [
    { role: 'admin', route: 'GET /cron', endpoint: list, view: 'admin/jobs' },
    { ...form, route: 'POST /cron/run/:id', endpoint: run, says: 'cron.ran' },
    { ...form, route: 'POST /cron/outside', endpoint: admin.save_settings, says: 'cron.saved' },
    { ...form, route: 'POST /cron/hash', endpoint: admin.regenerate_cron_hash, says: 'cron.hashReplaced' },
  ];
}

const outcomeOf = ({ error }: { readonly error: string | undefined }): string =>
  error === undefined ? 'done' : 'failed';

export const cronMenu: readonly MenuEntry[] = [
  { role: 'admin', title: 'menu.jobs', href: PATH, order: 40, permission: 'view', group: 'system' },
];
