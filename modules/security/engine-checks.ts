import { stat } from 'node:fs/promises';
import { url as debuggerUrl } from 'node:inspector';
import { join } from 'node:path';
import type { Config } from '#config/schema';
import { failed, passed, summed, warning, type Check, type Finding } from './checks.ts';

/** The four ids of the contract (spec C12), asked of this engine: Node where it says PHP, the engine's own server where it says web server. */
export const engineChecks = (config: Config): readonly Check[] => [
  {
    id: 'webserver',
    name: 'Web server',
    description: 'Checks that what is sent to and from the engine is encrypted on its way.',
    run: async () => checkTransport(config),
  },
  {
    id: 'phpVersion',
    name: 'Runtime version',
    description: 'Checks that this version of Node.js still gets security fixes.',
    run: async ({ now }) => checkRuntime(process.versions.node, now.toISOString().slice(0, 10)),
  },
  {
    id: 'dangerousFunctions',
    name: 'Dangerous abilities',
    description: 'Checks that the engine cannot do more to this machine than it has to.',
    run: async () => summed([checkUser(), checkDebugger()], 'The engine runs without special rights.'),
  },
  {
    id: 'generalCheck',
    name: 'General',
    description: 'Checks the settings and files of this installation.',
    run: async () =>
      summed(
        [checkLimits(config), await checkFolder(config.dataDir), await checkSecret(config.dataDir)],
        'No problem was found.',
      ),
  },
];

const LOOPBACK = ['127.0.0.1', '::1', '[::1]', 'localhost'];

function checkTransport({ baseUrl, host }: Config): Finding {
  const { protocol, hostname } = new URL(baseUrl);
  if (protocol !== 'https:' && !LOOPBACK.includes(hostname))
    return failed('People reach the engine over http: passwords and keys can be read on their way. Use https.');
  if (!LOOPBACK.includes(host) && protocol === 'https:')
    return warning(`The engine itself listens on ${host} without encryption; let only your proxy reach it.`);
  if (!LOOPBACK.includes(host))
    return warning(`The engine listens on ${host}, but BASE_URL is an address of this machine alone.`);
  return { result: 'passed', message: 'Nothing is sent unencrypted beyond this machine.' };
}

/** Lines with long-term support, and when their maintenance ends. */
const MAINTAINED_UNTIL: Readonly<Record<string, string>> = { 20: '2026-04-30', 22: '2027-04-30', 24: '2028-04-30' };

export function checkRuntime(version: string, today: string): Finding {
  const end = MAINTAINED_UNTIL[version.split('.')[0] ?? ''];
  if (end === undefined) return warning(`Node.js ${version} is no version with long-term support.`);
  if (end < today) return warning(`Node.js ${version} gets no fixes since ${end}.`);
  return { result: 'passed', message: `Node.js ${version} gets fixes until ${end}.` };
}

const checkUser = (): Finding =>
  process.getuid?.() === 0 ? warning('The engine runs as root; give it a user of its own.') : passed;

const checkDebugger = (): Finding =>
  debuggerUrl() === undefined ? passed : failed('A debugger is open: whoever reaches it controls the engine.');

const checkLimits = ({ hasRateLimits }: Config): Finding =>
  hasRateLimits ? passed : warning('Rate limits are off: passwords and keys can be guessed without end.');

const OTHERS_WRITE = 0o002;
const OTHERS_READ = 0o004;

async function checkFolder(folder: string): Promise<Finding> {
  const found = await stat(folder).catch(() => undefined);
  return found !== undefined && (found.mode & OTHERS_WRITE) !== 0
    ? failed('Every user of this machine can write to the data folder.')
    : passed;
}

async function checkSecret(folder: string): Promise<Finding> {
  const found = await stat(join(folder, 'secret')).catch(() => undefined);
  return found !== undefined && (found.mode & OTHERS_READ) !== 0
    ? failed('Every user of this machine can read the secret of this installation.')
    : passed;
}
