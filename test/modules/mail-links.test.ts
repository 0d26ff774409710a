import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { useApp } from '../support/app.ts';

const folder = fileURLToPath(new URL('../../modules/', import.meta.url));
const templates = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\/views\/mail\/.*\.liquid$/.test(file))
  .sort();

/** Where the links of a template lead, with anything in the place of what a letter fills in. */
function linksOf(template: string): string[] {
  const text = readFileSync(folder + template, 'utf8');
  return [...text.matchAll(/href="([^"]*)"/g)].map(([, href = '']) =>
    href
      .replaceAll(/\{\{-?\s*sender\.baseUrl\s*-?\}\}/g, '')
      .replaceAll(/\{\{-?\s*panel\s*-?\}\}/g, '/admin')
      .replaceAll(/\{\{[^}]*\}\}/g, '1'),
  );
}

describe('the links in letters', () => {
  const app = useApp({ install: ['notification', 'serviceapikey'] });

  it('lead to pages that exist', async () => {
    const dead: string[] = [];
    for (const template of templates) {
      for (const link of linksOf(template)) {
        const isLocal = link === '' || link.startsWith('/');
        const { status } = isLocal ? await app.request('get', link === '' ? '/' : link) : { status: 'no address' };
        if (!isLocal || status === 404) dead.push(`${template}: ${link} (${status})`);
      }
    }

    assert.deepEqual(dead, []);
  });
});
