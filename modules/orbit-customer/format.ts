/** `2026-01-31T10:00:00Z`: whole seconds, UTC. */
export const time = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;
export const timeOrNull = (date: Date | undefined): string | null => (date === undefined ? null : time(date));
export const day = (date: Date): string => date.toISOString().slice(0, 10);

/** What version 2 answers with (spec 2.2). */
export const said = <T extends object>(message: string, data: T): { message: string; data: T } => ({ message, data });
