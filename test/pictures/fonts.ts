import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { BrowserContext } from 'playwright-core';

const { resolve } = createRequire(import.meta.url);

/** The first with a letter has it drawn. */
const FAMILIES = [
  'noto-sans', 'noto-sans-sc', 'noto-sans-jp', 'noto-sans-tc', 'noto-sans-kr', 'noto-sans-arabic', 'noto-sans-hebrew', 'noto-sans-thai',
]; // prettier-ignore

/** Fonts differ from machine to machine, so pictures bring theirs: those that invoices are printed with. */
export async function useFonts(context: BrowserContext): Promise<void> {
  const sheets = FAMILIES.map((family) =>
    readFileSync(resolve(`@fontsource-variable/${family}/index.css`), 'utf8').replaceAll(
      './files/',
      `/fonts/${family}/`,
    ),
  );
  const names = sheets.map((sheet) => /font-family: ('[^']+')/.exec(sheet)?.[1]);
  const rules = [...sheets, `:root { --tblr-font-sans-serif: ${names.join(', ')}, sans-serif; }`].join('\n');

  await context.route('**/assets/site-*.css', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${await response.text()}\n${rules}` });
  });
  await context.route('**/fonts/*/*', (route) => {
    const [family, file] = new URL(route.request().url()).pathname.split('/').slice(2);
    return route.fulfill({ path: resolve(`@fontsource-variable/${family}/files/${file}`) });
  });
}
