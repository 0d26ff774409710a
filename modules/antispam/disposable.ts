import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

/** Whether an address is of a provider that gives them away for minutes. */
export type IsDisposable = (email: string) => Promise<boolean>;

/** The list is read when it is first needed: it has more than a hundred thousand names. */
export function createDisposable(): IsDisposable {
  let lists: Promise<Lists> | undefined;
  return async (email) => {
    lists ??= readLists().catch((error: unknown) => {
      lists = undefined;
      throw error;
    });
    const { exact, wildcard } = await lists;
    const domain = email.slice(email.lastIndexOf('@') + 1).toLowerCase();
    return exact.has(domain) || suffixesOf(domain).some((suffix) => wildcard.has(suffix));
  };
}

interface Lists {
  readonly exact: ReadonlySet<string>;
  /** Any domain below one of these as well. */
  readonly wildcard: ReadonlySet<string>;
}

async function readLists(): Promise<Lists> {
  const { resolve } = createRequire(import.meta.url);
  const read = async (name: string): Promise<ReadonlySet<string>> =>
    new Set(JSON.parse(await readFile(resolve(`disposable-email-domains/${name}`), 'utf8')) as string[]);
  return { exact: await read('index.json'), wildcard: await read('wildcard.json') };
}

function suffixesOf(domain: string): string[] {
  const labels = domain.split('.');
  return labels.map((_, at) => labels.slice(at).join('.'));
}
