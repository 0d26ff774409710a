#!/usr/bin/env node
/**
 * Replays every recorded conversation and judges the outcome: nothing may fail, and nothing may differ in type but the
 * ids below, of which the recordings themselves want both forms. Arguments are handed on to the replay.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The conversations named `platform-…` want a number where `apikey-lifecycle` and those named `money-…` want text. */
const CONTRADICTED = { prefix: 'platform-', calls: ['client/create', 'invoice/prepare'] };

const folder = mkdtempSync(join(tmpdir(), 'recordings-'));
const report = join(folder, 'report.json');
try {
  spawnSync(
    process.execPath,
    ['../shared/conformance/all.mjs', '--cwd', '.', '--json', report, ...process.argv.slice(2)],
    {
      stdio: 'inherit',
    },
  );
  const { rows } = JSON.parse(readFileSync(report, 'utf8'));
  const wrong = rows.flatMap(({ file, fail, rows: steps = [] }) => {
    const differing = steps.filter(({ outcome, call }) => outcome === 'type' && !isContradicted(file, call));
    return fail > 0 || differing.length > 0 ? [`${file}: ${fail} failed, ${differing.length} of another type`] : [];
  });
  if (rows.length === 0) wrong.push('No recording was replayed.');
  for (const line of wrong) process.stdout.write(`${line}\n`);
  process.exitCode = wrong.length > 0 ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function isContradicted(file, call) {
  return file.startsWith(CONTRADICTED.prefix) && CONTRADICTED.calls.some((name) => call.endsWith(name));
}
