import type { Clock } from '#core/clock';

/** A clock that stands still until it is told otherwise. */
export interface TestClock {
  readonly now: Clock;
  set(time: string | Date): void;
  advance(milliseconds: number): void;
}

export function testClock(start: string | Date = new Date()): TestClock {
  let time = new Date(start);
  return {
    now: () => new Date(time),
    set: (next) => {
      time = new Date(next);
    },
    advance: (milliseconds) => {
      time = new Date(time.getTime() + milliseconds);
    },
  };
}
