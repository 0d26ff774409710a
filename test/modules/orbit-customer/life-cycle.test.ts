import assert from 'node:assert/strict';
import type { Knex } from 'knex';
import { orbitCustomer } from '#modules/orbit-customer/index';
import { admin, useApp } from '../../support/app.ts';
import { buildLicense, orbitClient, send } from '../../support/build/orbit.ts';

/** Every word of the schema. */
async function schemaOf(db: Knex): Promise<string> {
  if ((db.client as { dialect?: string }).dialect !== 'mysql') {
    const rows = (await db('sqlite_master')
      .orderBy(['type', 'name'])
      .select('type', 'name', 'tbl_name', 'sql')) as object[];
    return JSON.stringify(rows, undefined, 1);
  }
  const [tables] = (await db.raw('show tables')) as [Record<string, string>[]];
  const texts = [];
  for (const name of tables.map((row) => Object.values(row)[0] ?? '').sort()) {
    const [[created]] = (await db.raw('show create table ??', [name])) as [Record<string, string>[]];
    texts.push((created?.['Create Table'] ?? '').replace(/ AUTO_INCREMENT=\d+/, ''));
  }
  return texts.join('\n');
}

describe('the module of the customer API', () => {
  const app = useApp();
  const manage = (what: string, params: object = {}) =>
    app.call(admin, `extension/${what}`, { type: 'mod', id: 'orbit-customer', ...params });

  it('leaves the schema byte for byte as it was', async () => {
    const db = app.app.database.knex;
    const before = await schemaOf(db);
    await app.app.catalog.install(app.system(), 'orbit-customer');
    const between = await schemaOf(db);
    const kay = await orbitClient(app);
    await buildLicense(app, kay.clientId);

    await app.app.catalog.uninstall(app.system(), 'orbit-customer');

    assert.notEqual(between, before);
    assert.equal(await schemaOf(db), before);
  });

  it('names every table it makes', async () => {
    const db = app.app.database.knex;
    const tables = async () => new Set((await schemaOf(db)).match(/(?<=create table [`"])\w+/gi));
    const before = await tables();
    await app.app.catalog.install(app.system(), 'orbit-customer');

    const made = [...(await tables())].filter((name) => !before.has(name));

    assert.deepEqual(made.sort(), [...(orbitCustomer.tables ?? [])].sort());
  });

  it('comes back with its data', async () => {
    await app.app.catalog.install(app.system(), 'orbit-customer');
    const kay = await orbitClient(app);
    await buildLicense(app, kay.clientId);
    const before = (await kay.call('GET /licenses')).body as object;

    await manage('deactivate');
    const away = await send(app, 'GET /licenses', { headers: { 'x-orbit-key': kay.key } });
    await app.app.catalog.install(app.system(), 'orbit-customer');

    assert.equal(away.status, 404);
    assert.deepEqual((await kay.call('GET /licenses')).body, before);
  });

  it('takes everything of a client along who is removed', async () => {
    await app.app.catalog.install(app.system(), 'orbit-customer');
    const kay = await orbitClient(app);
    await buildLicense(app, kay.clientId);
    await app.call(admin, 'client/delete', { id: kay.clientId });

    for (const table of orbitCustomer.tables ?? []) assert.deepEqual(await app.app.database.knex(table), [], table);
  });
});
