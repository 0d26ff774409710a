import assert from 'node:assert/strict';
import { client } from '#modules/client/index';
import { staff as staffModule } from '#modules/staff/index';
import { system } from '#modules/system/index';
import { twoFactor } from '#modules/two-factor/index';
import { ADMIN, admin, guest, useApp } from '../../support/app.ts';

const modules = [system, twoFactor, staffModule, client];

describe('staff: the first administrator', () => {
  const app = useApp({ modules });

  it('signs in with the e-mail and password of the settings', async () => {
    const answer = await app.call(guest, 'staff/login', { email: ADMIN.email, password: ADMIN.password });

    assert.deepEqual(answer, { id: 1, email: ADMIN.email, name: 'Administrator' });
  });

  it('is a super administrator', async () => {
    assert.equal(await app.call(admin, 'staff/is_super_administrator'), true);
  });

  it('is followed by the account of scheduled work, which lists leave out', async () => {
    const listed = await app.call<{ list: { id: number }[] }>(admin, 'staff/get_list');
    const all = await app.call<{ list: { id: number; system_name: string | null }[] }>(admin, 'staff/get_list', {
      no_cron: 'false',
    });

    assert.deepEqual(
      listed.list.map(({ id }) => id),
      [1],
    );
    assert.deepEqual(
      all.list.map(({ id, system_name: name }) => [id, name]),
      [
        [1, null],
        [2, 'cron'],
      ],
    );
  });

  it('is not made again at the next start', async () => {
    await app.app.migrate();

    const { total } = await app.call<{ total: number }>(admin, 'staff/get_list', { no_cron: false });
    assert.equal(total, 2);
  });

  it('is made once when two processes start together', async () => {
    for (const table of ['admin', 'admin_group_member']) await app.app.database.knex(table).del();

    await app.together((other) => Promise.all([app.app.migrate(), other.migrate()]));

    const { total } = await app.call<{ total: number }>(admin, 'staff/get_list', { no_cron: false });
    assert.equal(total, 2);
  });
});

describe('staff: the first administrator without settings', () => {
  const app = useApp({ modules, environment: { ADMIN_EMAIL: '', ADMIN_PASSWORD: '', ADMIN_API_TOKEN: '' } });

  it('is shown once, with a password and a token that work', async () => {
    for (const table of ['admin', 'admin_group_member']) await app.app.database.knex(table).del();

    const shown = await captured(() => app.app.migrate());
    const later = await captured(() => app.app.migrate());

    const [, email = '', password = '', token = ''] =
      /E-mail: +(\S+)\n +Password: +(\S+)\n +API token: (\S+)/.exec(shown) ?? [];
    assert.equal(email, 'admin@localhost');
    await app.call(guest, 'staff/login', { email, password });
    assert.equal(await app.call({ role: 'admin', token }, 'staff/is_super_administrator'), true);
    assert.doesNotMatch(later, /Password/);
  });
});

/** What was written to the console meanwhile. */
async function captured(work: () => Promise<void>): Promise<string> {
  const write = process.stdout.write.bind(process.stdout);
  let text = '';
  process.stdout.write = (chunk: string | Uint8Array) => {
    text += String(chunk);
    return true;
  };
  try {
    await work();
  } finally {
    process.stdout.write = write;
  }
  return text;
}
