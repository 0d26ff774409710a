import { headerOf, type HttpRequest } from './dialect.ts';

/** What a browser says of itself and where it is, in words for its owner. */
export interface Device {
  readonly browser?: string;
  readonly system?: string;
  readonly ip: string;
}

/** The more particular first: most browsers say that they are Chrome and Safari too. */
const BROWSERS = [
  ['Edg', 'Edge'],
  ['OPR', 'Opera'],
  ['Firefox', 'Firefox'],
  ['Chrome', 'Chrome'],
  ['Safari', 'Safari'],
  ['curl', 'curl'],
] as const;
const SYSTEMS = [
  ['Windows', 'Windows'],
  ['Android', 'Android'],
  ['iPhone', 'iPhone'],
  ['iPad', 'iPad'],
  ['Mac OS X', 'macOS'],
  ['Linux', 'Linux'],
] as const;

export function deviceOf(request: HttpRequest): Device {
  const agent = headerOf(request, 'user-agent') ?? '';
  const [browser, system] = [namedIn(agent, BROWSERS), namedIn(agent, SYSTEMS)];
  return { ...(browser && { browser }), ...(system && { system }), ip: request.ip };
}

const namedIn = (agent: string, names: readonly (readonly [string, string])[]): string | undefined =>
  names.find(([mark]) => agent.includes(mark))?.[1];
