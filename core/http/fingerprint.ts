import { createHash } from 'node:crypto';
import { headerOf, type HttpRequest } from './dialect.ts';

/** Short hashes of what a browser says of itself; a session that moves to another browser ends (spec A7). */
export type Fingerprint = Readonly<Record<string, string>>;

const WEIGHTS: Readonly<Record<string, number>> = {
  agentString: 2,
  browser: 100,
  browserVersion: 1,
  os: 100,
  ip: 2,
  referrer: 1,
  forwardedFor: 1,
  language: 3,
  encoding: 1,
  upgradeRequests: 1,
  platform: 100,
  mobile: 2,
};
/** Properties the contract counts, including the two that need a geographic database. */
const ALL = 14;

export function fingerprintOf(request: HttpRequest): Fingerprint {
  const agent = headerOf(request, 'user-agent') ?? '';
  const [, browser, version] = /(Firefox|Edg|OPR|Chrome|Safari|curl|node|undici)\/?([\d.]*)/i.exec(agent) ?? [];
  const properties: Record<string, string | undefined> = {
    agentString: agent,
    browser,
    browserVersion: version,
    os: /Windows|Android|iPhone|iPad|Mac OS X|Linux/i.exec(agent)?.[0],
    ip: request.ip,
    referrer: headerOf(request, 'referer'),
    forwardedFor: headerOf(request, 'x-forwarded-for'),
    language: headerOf(request, 'accept-language'),
    encoding: headerOf(request, 'accept-encoding'),
    upgradeRequests: headerOf(request, 'upgrade-insecure-requests'),
    platform: headerOf(request, 'sec-ch-ua-platform'),
    mobile: headerOf(request, 'sec-ch-ua-mobile'),
  };
  const present = Object.entries(properties).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return Object.fromEntries(
    present.map(([name, value]) => [name, createHash('sha256').update(value).digest('base64').slice(0, 12)]),
  );
}

/** Without scripts a browser sends these with pages and not with the pictures on them, so their absence tells nothing. */
const HINTS: readonly string[] = ['platform', 'mobile'];

/** The fewer properties there are to compare, the more of them may differ. */
export function isSameBrowser(stored: Fingerprint, current: Fingerprint): boolean {
  const all = [...Object.keys(stored), ...Object.keys(current)];
  const names = new Set(all.filter((name) => !HINTS.includes(name) || (name in stored && name in current)));
  if (names.size === 0) return true;
  const lost = [...names].reduce((sum, name) => sum + (stored[name] === current[name] ? 0 : (WEIGHTS[name] ?? 0)), 0);
  const share = names.size / ALL;
  const threshold = share >= 0.7 ? 0.5 : 0.5 + (1 - share) / 1.25;
  return lost / names.size < threshold;
}
