import assert from 'node:assert/strict';
import { shippedModules } from '#modules/index';
import { ADMIN, type TestApp } from './app.ts';
import { buildStaff, PASSWORD } from './build/staff.ts';
import { visit, type Visitor } from './visitor.ts';

const NAMES = [
  'system', 'two-factor', 'staff', 'client', 'profile', 'email', 'extension', 'formbuilder', 'currency', 'product',
  'cron', 'activity', 'antispam', 'notification', 'security', 'setup',
]; // prettier-ignore

/** What the panel's pages of the system need, and no more: tests begin quicker without the sale. */
export const panelModules = shippedModules.filter(({ name }) => NAMES.includes(name));

/** The panel, as the first administrator has it before them. */
export async function openPanel(app: TestApp): Promise<Visitor> {
  return signedIn(app, ADMIN.email, ADMIN.password);
}

/** The panel, as a staff member with these permissions has it. */
export async function openLimited(app: TestApp, permissions: object): Promise<Visitor & { readonly id: number }> {
  const { id, email } = await buildStaff(app, { permissions });
  return { ...(await signedIn(app, email, PASSWORD)), id };
}

async function signedIn(app: TestApp, email: string, password: string): Promise<Visitor> {
  const visitor = visit(app);
  const { status, headers } = await visitor.signIn('admin', { email, password });
  assert.deepEqual([status, headers['location']], [303, '/admin']);
  return visitor;
}

/** Whether the sidebar of the panel has an entry. */
export async function hasEntry(visitor: Visitor, href: string): Promise<boolean> {
  const { text } = await visitor.get('/admin');
  assert.match(text, /id="panel-menu"/);
  return text.includes(`<li><a href="${href}"`);
}

/** A page is for those who may: others are refused and do not see its entry. */
export async function checkGuarded(app: TestApp, path: string, permissions: object, entry = path): Promise<void> {
  const [stranger, limited, allowed] = [
    visit(app),
    await openLimited(app, { profile: { access: true } }),
    await openLimited(app, permissions),
  ];
  const { headers } = await stranger.get(path);
  assert.equal(headers['location'], `/admin/login?next=${encodeURIComponent(path)}`);
  assert.equal((await limited.get(path)).status, 403);
  assert.equal(await hasEntry(limited, entry), false);
  assert.equal((await allowed.get(path)).status, 200);
  assert.equal(await hasEntry(allowed, entry), true);
}
