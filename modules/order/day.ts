/** Calendar days in the zone of the process, which is that of the wire. */

/** The midnight a day begins with, so many days later. */
export const startOfDay = (time: Date, days = 0): Date =>
  new Date(time.getFullYear(), time.getMonth(), time.getDate() + days);

/** Whole calendar days from one time to another, whatever their hours. */
export const daysBetween = (from: Date, to: Date): number =>
  Math.round((startOfDay(to).getTime() - startOfDay(from).getTime()) / (24 * 3600 * 1000));
