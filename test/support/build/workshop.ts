import type { Job } from '#core/job';
import { defineModule, type Module } from '#core/module';

/** A module of the tests' own whose jobs do what they are told. */

export interface Workshop {
  readonly module: Module;
  /** Names of the jobs that ran, in their order. */
  readonly done: string[];
  /** Names of the jobs that shall fail. */
  readonly failing: Set<string>;
  /** What the jobs wait for; nothing at first. */
  pause: () => Promise<void>;
}

/** Name of each job with its part in the run of an outside cron. */
export function buildWorkshop(steps: Readonly<Record<string, Job['cron'] | undefined>>): Workshop {
  const workshop = {
    done: [] as string[],
    failing: new Set<string>(),
    pause: () => Promise.resolve(),
  };
  const jobs = Object.entries(steps).map(([name, cron]): Job => ({
    name,
    schedule: '0 0 1 1 *',
    ...(cron && { cron }),
    async run() {
      await workshop.pause();
      workshop.done.push(name);
      if (workshop.failing.has(name)) throw new Error(`${name} broke`);
    },
  }));
  const module = defineModule({
    name: 'workshop',
    title: 'Workshop',
    version: '1.0.0',
    isEssential: true,
    migrations: [],
    setup: () => ({ jobs }),
  });
  return Object.assign(workshop, { module });
}
