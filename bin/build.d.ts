/** The folder of the project. */
export const root: string;
/** Builds dist/ when it is missing or older than the sources. */
export function ensureBuilt(): Promise<void>;
