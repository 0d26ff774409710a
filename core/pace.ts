import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** Between how many milliseconds an answer takes at least, so that its time tells nothing (spec A9). */
export const LOGIN_PACE = [75, 125] as const;
export const RESET_PACE = [300, 450] as const;

/** The outcome of `work`, good or bad, but not sooner than a random moment within `pace`. */
export async function paced<T>([least, most]: readonly [number, number], work: () => Promise<T>): Promise<T> {
  const [outcome] = await Promise.allSettled([work(), sleep(randomInt(least, most + 1))]);
  if (outcome.status === 'rejected') throw outcome.reason;
  return outcome.value;
}
