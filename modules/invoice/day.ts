import { DAY } from '#core/clock';

/** Calendar days in the zone of the wire, which is the process's (TZ_NAME). */

export const startOfDay = (time: Date): Date => new Date(time.getFullYear(), time.getMonth(), time.getDate());

/** The beginning of the next day. */
export const endOfDay = (time: Date): Date => daysFrom(time, 1);

/** The beginning of the day that many days later. */
export const daysFrom = (time: Date, days: number): Date =>
  new Date(time.getFullYear(), time.getMonth(), time.getDate() + days);

/** Whole calendar days from one time to another, whatever their hour. */
export const daysBetween = (from: Date, to: Date): number =>
  Math.round(
    (Date.UTC(to.getFullYear(), to.getMonth(), to.getDate()) -
      Date.UTC(from.getFullYear(), from.getMonth(), from.getDate())) /
      DAY,
  );
