import assert from 'node:assert/strict';
import { join } from 'node:path';
import Libsql from 'libsql';
import { useCommand } from '../support/command.ts';

describe('tollkeeper demo', function () {
  this.timeout(120_000);
  const command = useCommand();
  const rows = <T>(statement: string): T[] => {
    const db = new Libsql(join(command.dataDir, 'tollkeeper.sqlite'));
    const found = db.prepare(statement).all() as T[];
    db.close();
    return found;
  };
  const countOf = (table: string): number => rows<{ n: number }>(`select count(*) as n from ${table}`)[0]?.n ?? 0;

  it('fills a small shop in which the doctor finds nothing', async () => {
    const { code, out, err } = await command.run('demo', '--small');

    assert.deepEqual([code, err], [0, '']);
    assert.match(out, /20 of 20 clients/);
    assert.deepEqual(['client', 'client_order', 'invoice'].map(countOf), [20, 45, 90]);
    assert.equal((await command.run('doctor')).out, 'Everything is in order.');
  });

  it('makes as many as it is asked for, of every type and status, and money that adds up', async () => {
    await command.run('demo', '--clients', '300', '--orders', '900', '--invoices', '1500');

    assert.deepEqual(['client', 'client_order', 'invoice', 'invoice_number'].map(countOf), [300, 900, 1500, 1500]);
    const types = rows<{ t: string }>('select distinct service_type as t from client_order order by 1').map(
      ({ t }) => t,
    );
    assert.deepEqual(types, ['apikey', 'custom', 'downloadable', 'license']);
    const statuses = rows<{ s: string }>('select distinct status as s from client_order order by 1').map(({ s }) => s);
    assert.deepEqual(statuses, ['active', 'canceled', 'failed_renew', 'failed_setup', 'pending_setup', 'suspended']);
    const sources = rows<{ s: string }>('select distinct source as s from invoice_payment order by 1').map(
      ({ s }) => s,
    );
    assert.deepEqual(sources, ['credit', 'gateway', 'staff', 'status']);
    assert.equal((await command.run('doctor')).out, 'Everything is in order.');
  });

  it('makes the same shop of the same seed and another of another', async () => {
    const story = (): unknown[] => [
      rows('select email, first_name, country from client order by id'),
      rows('select client_id, product_id, status, price_amount, created_at from client_order order by id'),
      rows('select client_id, status, nr, created_at from invoice order by id'),
      rows('select client_id, line_amount, currency from client_balance order by id'),
    ];
    const empty = (): void => {
      const db = new Libsql(join(command.dataDir, 'tollkeeper.sqlite'));
      for (const table of [
        'client',
        'client_order',
        'invoice',
        'client_balance',
        'sqlite_sequence',
        'transaction',
        'invoice_number',
        'promo',
        'promo_redemption',
        'service_apikey',
        'service_license',
        'service_custom',
        'service_downloadable',
        'service_downloadable_file',
      ])
        // prettier-ignore
        db.exec(`delete from "${table}"`);
      db.exec("delete from product where id > 1; delete from setting where name = 'invoice_starting_number'");
      db.close();
    };
    await command.run('demo', '--seed', 'one');
    const first = story();
    empty();
    await command.run('demo', '--seed', 'one');
    const again = story();
    empty();
    await command.run('demo', '--seed', 'two');
    const other = story();

    assert.deepEqual(again, first);
    assert.notDeepEqual(other[0], first[0]);
  });

  it('leaves a shop alone that has something already, unless it is forced', async () => {
    await command.run('demo', '--small');

    const { code, err } = await command.run('demo', '--small');
    const forced = await command.run('demo', '--small', '--force');

    assert.deepEqual([code, err], [1, 'The installation has 20 clients already: use --force to add to them.']);
    assert.equal(forced.code, 0, forced.err);
    assert.deepEqual(['client', 'client_order', 'invoice'].map(countOf), [40, 90, 180]);
    assert.equal((await command.run('doctor')).out, 'Everything is in order.');
  });

  it('gives the company a name, but only where it has none', async () => {
    const named = "owner = 'system' and name = 'company_name'";
    const name = (): unknown => rows<{ value: string }>(`select value from setting where ${named}`)[0]?.value;
    await command.run('demo');
    const given = name();
    const db = new Libsql(join(command.dataDir, 'tollkeeper.sqlite'));
    db.exec(`update setting set value = 'Ada & Co' where ${named}`);
    db.close();

    await command.run('demo', '--force');

    assert.deepEqual([given, name()], ['Halcyon Weather', 'Ada & Co']);
  });

  it('says what is wrong with the numbers it is given', async () => {
    const none = await command.run('demo', '--clients', 'many');
    const few = await command.run('demo', '--orders', '10', '--invoices', '5');

    assert.deepEqual([none.code, none.err], [1, '--clients must be a whole number from 1 to 10000000.']);
    assert.deepEqual(
      [few.code, few.err],
      [1, 'There must be at least as many invoices as orders: what was ordered is billed.'],
    );
  });

  it('tells of a database that is not up to date', async () => {
    const db = new Libsql(join(command.dataDir, 'tollkeeper.sqlite'));
    db.exec("delete from migration where owner = 'servicelicense'");
    db.close();

    const { code, err } = await command.run('demo');

    assert.deepEqual([code, err], [1, 'The database is not up to date: run `tollkeeper migrate` first.']);
  });
});
