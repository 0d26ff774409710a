import assert from 'node:assert/strict';
import { readSeries, recentSpans } from '#modules/stats/series';
import { admin, useApp } from '../../support/app.ts';
import { buildClient } from '../../support/build/sale.ts';
import { shop } from './shop.ts';

type Line = [milliseconds: number, value: number];
const utc = (lines: readonly Line[]): [string, number][] =>
  lines.map(([milliseconds, value]) => [new Date(milliseconds).toISOString().slice(0, 16), value]);

describe('admin/stats: numbers per day', () => {
  const app = useApp({ modules: shop });
  const series = (call: string, date_from?: string, date_to?: string) =>
    app.call<Line[]>(admin, `stats/${call}`, { date_from, date_to });

  it('begins the day after the first date and ends before the last', async () => {
    for (const time of [
      '2027-01-01T12:00:00Z',
      '2027-01-02T00:00:00Z',
      '2027-01-02T23:59:59.999Z',
      '2027-01-04T01:00:00Z',
      '2027-01-05T00:00:00Z',
    ]) {
      app.clock.set(time);
      await buildClient(app);
    }

    assert.deepEqual(utc(await series('get_clients', '2027-01-01', '2027-01-05')), [
      ['2027-01-02T00:00', 2],
      ['2027-01-03T00:00', 0],
      ['2027-01-04T00:00', 1],
    ]);
  });

  it('shows the last month up to today unless told otherwise', async () => {
    app.clock.set('2027-03-15T10:30:00Z');
    await buildClient(app);

    const lines = utc(await series('get_clients'));

    assert.equal(lines.length, 28);
    assert.deepEqual(lines[0], ['2027-02-16T10:30', 0]);
    assert.deepEqual(lines.at(-1), ['2027-03-15T10:30', 1]);
  });

  it('is empty when the dates are the wrong way round', async () => {
    assert.deepEqual(await series('get_tickets', '2027-01-05', '2027-01-01'), []);
    assert.deepEqual(await series('get_orders', '2027-01-05', '2027-01-05'), []);
  });

  it('has a zero for each day of what no module counts', async () => {
    for (const call of ['get_invoices', 'get_tickets', 'get_income', 'get_refunds'])
      assert.deepEqual(utc(await series(call, '2027-02-27', '2027-03-02')), [
        ['2027-02-28T00:00', 0],
        ['2027-03-01T00:00', 0],
      ]);
  });

  it('refuses what is no date and what is too long', async () => {
    for (const date_from of ['soon', '2027-02-30', "2027-01-01' or 1=1"])
      assert.equal(
        (await app.refusal(admin, 'stats/get_clients', { date_from })).message,
        'Parameter "date_from" is invalid.',
      );
    assert.equal(
      (await app.refusal(admin, 'stats/get_clients', { date_from: '1970-01-01', date_to: '9999-12-31' })).message,
      'The time asked for is too long.',
    );
  });
});

describe('admin/stats: days where clocks change', () => {
  const app = useApp({ modules: shop, environment: { TZ_NAME: 'Europe/Helsinki' } });

  it('counts by the days of the zone of the wire', async () => {
    // Summer time begins on 28 March 2027 and ends on 31 October, both at 01:00 UTC.
    const times = ['2027-03-26T22:00:00Z', '2027-03-27T21:59:59Z', '2027-03-27T22:00:00Z', '2027-03-28T20:59:59Z',
      '2027-03-28T21:00:00Z', '2027-10-30T20:59:59Z', '2027-10-30T21:00:00Z', '2027-10-31T21:59:59Z',
      '2027-10-31T22:00:00Z']; // prettier-ignore
    for (const time of times) {
      app.clock.set(time);
      await buildClient(app);
    }
    const counts = async (date_from: string, date_to: string) =>
      (await app.call<Line[]>(admin, 'stats/get_clients', { date_from, date_to })).map(([, value]) => value);

    assert.deepEqual(await counts('2027-03-26', '2027-03-30'), [2, 2, 1]);
    assert.deepEqual(await counts('2027-10-29', '2027-11-02'), [1, 2, 1]);
    assert.equal(
      (await counts('2027-01-01', '2027-12-31')).reduce((sum, count) => sum + count, 0),
      times.length,
    );
  });
});

describe('the series of statistics', () => {
  it('keeps the time of day where clocks change', () => {
    const { points } = readSeries({ from: '2027-03-26 12:00', to: '2027-03-30' }, new Date(0), 'Europe/Helsinki');

    assert.deepEqual(
      points.map(({ day, milliseconds }) => [day, new Date(milliseconds).toISOString()]),
      [
        ['2027-03-27', '2027-03-27T10:00:00.000Z'],
        ['2027-03-28', '2027-03-28T09:00:00.000Z'],
        ['2027-03-29', '2027-03-29T09:00:00.000Z'],
      ],
    );
  });

  it('begins a month at its first midnight', () => {
    const [today, , month, last] = recentSpans(new Date('2027-01-31T23:30:00Z'), 'Asia/Tokyo');

    assert.equal(today?.from.toISOString(), '2027-01-31T15:00:00.000Z');
    assert.equal(month?.from.toISOString(), '2027-01-31T15:00:00.000Z');
    assert.equal(last?.from.toISOString(), '2026-12-31T15:00:00.000Z');
  });
});
