import { invalidInput } from './error.ts';

/** Throws the contract's text unless `name` is a zone of the IANA database (spec A13). */
export function checkTimeZone(name: string): void {
  if (!isTimeZone(name)) throw invalidInput('time_zone.invalid', `Invalid timezone: ${name}`);
}

function isTimeZone(name: string): boolean {
  if (!/^[a-z]/i.test(name)) return false; // an offset such as +01:00 is no zone
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
