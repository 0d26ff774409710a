/** `npm run bench -- [--quick] [--only TEXT] [--keys N] [--rounds N] [--profile FOLDER]`; README.md tells how to read the table. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CONNECTIONS, generator, runLoad, type Round } from './load.ts';
import { growth, machine, table, warnings } from './report.ts';
import { BARE, setStage, type Row } from './rows.ts';

const FEW_KEYS = 1000;
const NEXT_PART = 7919; // each round begins elsewhere in the list, so that it does not ask the same again

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    keys: { type: 'string' },
    rounds: { type: 'string' },
    profile: { type: 'string' },
  },
});
const keys = wholeNumber('keys', values.keys ?? (values.quick ? '10000' : '1000000'));
const rounds = wholeNumber('rounds', values.rounds ?? (values.quick ? '3' : '5'));
const seconds = values.quick ? 2 : 4;

process.once('SIGTERM', () => process.exit(1)); // 'exit' ends the servers
process.once('SIGINT', () => process.exit(1));
const folder = mkdtempSync(join(tmpdir(), 'tollkeeper-bench-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

const stage = await setStage({
  folder,
  sizes: [...new Set([FEW_KEYS, keys])],
  isWanted: (name) => name.toLowerCase().includes(values.only.toLowerCase()),
  nodeOptions: values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${resolve(values.profile)}`],
  say: (progress) => console.error(progress),
});

const measured = stage.rows.map((row) => ({ ...row, rounds: [] as Round[] }));
console.error(`Warming up ${measured.length} rows`);
for (const round of [-2, -1]) for (const row of measured) await run(row, round); // a compiler needs some seconds to settle
for (let round = 1; round <= rounds; round++) {
  console.error(`Round ${round} of ${rounds}`);
  for (const row of measured) row.rounds.push(await run(row, round));
}
await stage.stop();

const bare = measured.find(({ name }) => name === BARE);
if (bare !== undefined)
  console.log(['', table(measured, bare), '', ...growth(measured), ...warnings(measured)].join('\n'));
console.log(`${CONNECTIONS} connections, ${rounds} rounds of ${seconds} s, medians`);
console.log(machine(stage.databases, generator));

function run({ server, database, requests, stride = NEXT_PART }: Row, round: number): Promise<Round> {
  return runLoad({
    url: server.url,
    requests,
    offset: (round + 2) * stride,
    seconds,
    pids: { server: server.pid, database },
  });
}

function wholeNumber(option: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Error(`--${option} must be a whole number of at least 1.`);
  return Number(text);
}
