import { readFileSync } from 'node:fs';

/** The folder of this package, which lies one above the sources and two above the built engine. */
export function packageRoot(): URL {
  for (const path of ['../', '../../']) {
    const root = new URL(path, import.meta.url);
    if (readManifest(root).name === 'tollkeeper') return root;
  }
  throw new Error('The package.json of tollkeeper is not where it should be.');
}

/** The version in package.json. */
export function readVersion(): string {
  const { version } = readManifest(packageRoot());
  if (version === undefined) throw new Error('The package.json of tollkeeper has no version.');
  return version;
}

function readManifest(folder: URL): { name?: string; version?: string } {
  try {
    return JSON.parse(readFileSync(new URL('package.json', folder), 'utf8')) as { name?: string; version?: string };
  } catch {
    return {};
  }
}
