import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { languages } from '#core/web/language';

const root = fileURLToPath(new URL('../', import.meta.url));
/** The reference is as English as the API; letters have a file for each language. */
const ENGLISH_ONLY = ['web/reference.liquid', 'web/docs.liquid'];
/** Names, which are the same everywhere. */
const NAMES = /^(API|OpenAPI|Sandbox|Tollkeeper)$/;
/** Plurals differ from language to language: `total_one`, `total_other`. */
const baseOf = (key: string): string => key.replace(/_(zero|one|two|few|many|other)$/, '');

const owners = ['web', ...readdirSync(join(root, 'modules'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => `modules/${name}`)]; // prettier-ignore

const wordsOf = (owner: string, language: string): Record<string, string> => {
  const file = join(root, owner, 'locales', `${language}.json`);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>) : {};
};
/** What an error says in English is where it is thrown. */
const keysOf = (words: Record<string, string>): string[] => [
  ...new Set(
    Object.keys(words)
      .filter((key) => !key.startsWith('error.'))
      .map(baseOf),
  ),
].sort(); // prettier-ignore

function viewsOf(owner: string): string[] {
  const folder = join(root, owner, owner === 'web' ? '' : 'views');
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.liquid') && !name.startsWith('mail'))
    .map((name) => relative(root, join(folder, name)));
}

describe('words of views', () => {
  for (const owner of owners) {
    it(`of ${owner} are there in every language`, () => {
      const [first = [], ...others] = languages.map(({ code }) => keysOf(wordsOf(owner, code)));

      for (const keys of others) assert.deepEqual(keys, first);
    });

    it(`of ${owner} have the same values to be filled in`, () => {
      const filled = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort();
      const [english, ...others] = languages.map(({ code }) => wordsOf(owner, code));

      for (const words of others)
        for (const [key, text] of Object.entries(english ?? {}))
          if (words[key] !== undefined) assert.deepEqual(filled(words[key]), filled(text), key);
    });

    it(`of ${owner} take the place of no word of the core`, () => {
      if (owner === 'web') return;
      const own = keysOf(wordsOf(owner, 'en'));

      assert.deepEqual(
        own.filter((key) => keysOf(wordsOf('web', 'en')).includes(key)),
        [],
      );
    });

    it(`of ${owner} are all known that its views ask for`, () => {
      const known = new Set([...keysOf(wordsOf('web', 'en')), ...keysOf(wordsOf(owner, 'en'))]);
      const asked = viewsOf(owner).flatMap((view) =>
        [...readFileSync(join(root, view), 'utf8').matchAll(/'([\w.-]+)' \| t\b/g)].map(([, key = '']) => key),
      );

      assert.deepEqual([...new Set(asked.filter((key) => !known.has(key)))], []);
    });
  }

  for (const view of owners.flatMap(viewsOf).filter((one) => !ENGLISH_ONLY.includes(one))) {
    it(`stand in ${view} only by their keys`, () => {
      assert.deepEqual(textsIn(readFileSync(join(root, view), 'utf8')), []);
    });
  }
});

/** What a reader would see of the view's own text, and what is read out. */
function textsIn(view: string): string[] {
  const bare = view
    .replace(/\{%-?\s*comment[\s\S]*?endcomment\s*-?%\}/g, '')
    .replace(/\{%[\s\S]*?%\}/g, (tag) => (/\b(label|title|text|hint|action): '[^']*[a-z]/i.test(tag) && !/\| t\b/.test(tag) ? `>${tag.replace(/[{}%]/g, '')}<` : ''))
    .replace(/\{\{[\s\S]*?\}\}/g, ''); // prettier-ignore
  const attributes = [...bare.matchAll(/\b(?:aria-label|title|placeholder|alt|hx-confirm)="([^"]*)"/g)].map(
    ([, text = '']) => text,
  );
  const texts = `>${bare}<`.match(/>[^<>]*</g) ?? [];
  return [...attributes, ...texts.map((text) => text.slice(1, -1).replace(/&\w+;/g, '').trim())].filter(
    (text) => /[A-Za-z]{2}/.test(text) && !NAMES.test(text),
  );
}
