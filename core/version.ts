import { readFileSync } from 'node:fs';

/** The version in package.json, which lies one folder above the sources and two above the built engine. */
export function readVersion(): string {
  for (const path of ['../package.json', '../../package.json']) {
    const { name, version } = readIfThere(new URL(path, import.meta.url));
    if (name === 'tollkeeper' && version !== undefined) return version;
  }
  throw new Error('The package.json of tollkeeper is not where it should be.');
}

function readIfThere(url: URL): { name?: string; version?: string } {
  try {
    return JSON.parse(readFileSync(url, 'utf8')) as { name?: string; version?: string };
  } catch {
    return {};
  }
}
