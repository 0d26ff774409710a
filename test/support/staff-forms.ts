import { ADMIN, type TestApp } from './app.ts';
import { buildStaff, PASSWORD } from './build/staff.ts';
import { visit, type Answer, type Visitor } from './visitor.ts';

/** Somebody who may do everything, in the staff panel. */
export async function enterPanel(app: TestApp): Promise<Visitor> {
  const visitor = visit(app);
  await visitor.signIn('admin', { email: ADMIN.email, password: ADMIN.password });
  return visitor;
}

/** A staff member with these permissions only. */
export async function enterPanelAs(app: TestApp, permissions: object): Promise<Visitor> {
  const { email } = await buildStaff(app, { permissions });
  const visitor = visit(app);
  await visitor.signIn('admin', { email, password: PASSWORD });
  return visitor;
}

/** Sends a form as the page it stands on has it; what is not in `change` is sent as it is filled in there. */
export async function fillIn(
  visitor: Visitor,
  page: string,
  action: string,
  change: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const { text } = await visitor.get(page);
  const form = text.split('<form').find((one) => one.includes(`action="${action}"`)) ?? '';
  return visitor.post(action, { ...fieldsOf(form.split('</form>')[0] ?? ''), ...change });
}

/** Names and values of a form's fields, as a browser would send them. */
function fieldsOf(form: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [tag = ''] of form.matchAll(/<input[^>]*>/g)) {
    const isSent = !/type="(checkbox|radio)"/.test(tag) || / checked/.test(tag);
    const name = /name="([^"]*)"/.exec(tag)?.[1];
    if (name !== undefined && isSent) fields[name] = unescaped(/ value="([^"]*)"/.exec(tag)?.[1] ?? '');
  }
  for (const [, name = '', text = ''] of form.matchAll(/<textarea[^>]*name="([^"]*)"[^>]*>([\s\S]*?)<\/textarea>/g))
    fields[name] = unescaped(text);
  for (const [, name = '', options = ''] of form.matchAll(/<select[^>]*name="([^"]*)"[^>]*>([\s\S]*?)<\/select>/g)) {
    const chosen = /value="([^"]*)" selected/.exec(options) ?? /value="([^"]*)"/.exec(options);
    if (chosen !== null) fields[name] = unescaped(chosen[1] ?? '');
  }
  return fields;
}

const unescaped = (text: string): string =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&#34;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');

/** Keys of words that nobody has translated, which a page shows as they are. */
export const untranslated = (html: string): string[] =>
  ((html.split('<main')[1] ?? '').replace(/<[^>]*>/g, ' ').match(KEYS) ?? []).map(String);

const KEYS = /\b(?:bill|txn|subscription|gateway|tax|product|addon|category|promo|currency|label)\.[a-zA-Z]+\b/g;
