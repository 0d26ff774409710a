import { cpus } from 'node:os';
import type { Round } from './load.ts';

/** A row of the table and its rounds, in the order in which they were run. */
export interface Measured {
  readonly name: string;
  /** What rows with different numbers of keys have in common. */
  readonly series: string | undefined;
  readonly rounds: readonly Round[];
}

const HEAD = [
  '',
  'req/s',
  'min..max',
  'of bare',
  'p50 ms',
  'of bare',
  'p99 ms',
  'of bare',
  'server',
  'db',
  'load',
  'CPU µs',
];

/** Medians. A share is the median of the shares of each round, so a machine that slows down does not bend it. */
export function table(rows: readonly Measured[], bare: Measured): string {
  const lines = rows.map(({ name, rounds }) => {
    const perSecond = rounds.map((round) => round.perSecond);
    const share = (figure: 'perSecond' | 'p50' | 'p99') =>
      median(rounds.map((round, index) => round[figure] / (bare.rounds[index]?.[figure] ?? NaN)));
    return [
      name,
      whole(median(perSecond)),
      `${whole(Math.min(...perSecond))}..${whole(Math.max(...perSecond))}`,
      `${Math.round(share('perSecond') * 100)} %`,
      median(rounds.map(({ p50 }) => p50)).toFixed(2),
      `${share('p50').toFixed(1)}×`,
      median(rounds.map(({ p99 }) => p99)).toFixed(2),
      `${share('p99').toFixed(1)}×`,
      ...(['server', 'database', 'generator'] as const).map((who) => cores(rounds.map((round) => round.cores[who]))),
      whole(median(rounds.map((round) => ((round.cores.server ?? NaN) / round.perSecond) * 1e6))),
    ];
  });
  const widths = HEAD.map((title, column) => Math.max(title.length, ...lines.map((line) => line[column]?.length ?? 0)));
  const format = (line: readonly string[]): string =>
    `| ${line.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`;
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [format(HEAD), rule, ...lines.map(format)].join('\n');
}

/** What the goal says of growth: the last row of each series as a share of its first, within each round. */
export function growth(rows: readonly Measured[]): string[] {
  const series = new Set(rows.flatMap((row) => row.series ?? []));
  return [...series].flatMap((name) => {
    const members = rows.filter((row) => row.series === name);
    const [few, many] = [members[0], members.at(-1)];
    if (few === undefined || many === undefined || few === many) return [];
    const share = median(many.rounds.map((round, index) => round.perSecond / (few.rounds[index]?.perSecond ?? NaN)));
    return [`${many.name}: ${Math.round(share * 100)} % of the requests per second of ${few.name}`];
  });
}

/** Reasons to doubt the table. */
export function warnings(rows: readonly Measured[]): string[] {
  const failed = rows.flatMap(({ name, rounds }) => {
    const count = rounds.reduce((sum, round) => sum + round.failed, 0);
    return count === 0 ? [] : [`${name}: ${count} answers did not come or were not 2xx, so this row is worth nothing.`];
  });
  const idle = rows.filter(({ rounds }) => median(rounds.map(({ cores }) => cores.server ?? 1)) < BUSY);
  return idle.length === 0
    ? failed
    : [
        ...failed,
        `In ${idle.length} rows the server was not the bottleneck but other programs or the generator: believe the shares, not the rest.`,
      ];
}

/** A server that is the bottleneck keeps its one thread at work all the time. */
const BUSY = 0.9;

export const machine = (databases: readonly string[], generator: string): string => {
  const [first] = cpus();
  return [
    `${first?.model.trim() ?? 'unknown CPU'}, ${cpus().length} cores`,
    `Node ${process.versions.node}`,
    ...databases,
    generator,
  ].join(' · ');
};

const whole = (value: number): string => Math.round(value).toLocaleString('en');

function cores(values: readonly (number | undefined)[]): string {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? '–' : median(known).toFixed(2);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}
