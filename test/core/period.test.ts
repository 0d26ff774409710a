import assert from 'node:assert/strict';

import fc from 'fast-check';

import { addPeriod, parsePeriod, PeriodError, periodTitle, predefinedPeriods } from '#core/period';

const after = (from: string, code: string, anchorDay?: number) =>
  addPeriod(new Date(from), parsePeriod(code), anchorDay).toISOString();

const limits = { D: 90, W: 52, M: 24, Y: 5 } as const;
const period = fc
  .constantFrom(...(['D', 'W', 'M', 'Y'] as const))
  .chain((unit) => fc.integer({ min: 1, max: limits[unit] }).map((quantity) => parsePeriod(`${quantity}${unit}`)));
const months = fc.integer({ min: 1, max: 24 }).map((quantity) => parsePeriod(`${quantity}M`));
const moment = fc.date({ min: new Date('1970-01-01'), max: new Date('2199-12-31'), noInvalidDate: true });
const anchor = fc.integer({ min: 1, max: 31 });

const monthNumber = (date: Date) => date.getUTCFullYear() * 12 + date.getUTCMonth();
const daysInMonth = (date: Date) => new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
const timeOfDay = (date: Date) => date.toISOString().slice(11);

describe('parsePeriod', () => {
  it('reads a quantity and a unit in any letter case', () => {
    assert.deepEqual(parsePeriod('1M'), { quantity: 1, unit: 'M', code: '1M' });
    assert.deepEqual(parsePeriod('03m'), { quantity: 3, unit: 'M', code: '3M' });
    assert.deepEqual(parsePeriod('90d'), { quantity: 90, unit: 'D', code: '90D' });
  });

  it('refuses what is not a quantity and a letter', () => {
    const message = 'Invalid period code. Period definition must be a quantity followed by a unit letter';

    for (const code of ['', 'M', '1', '1MM', '-1M', '1.5M', ' 1M', '1M\n', '1 M', '1é', '٣M']) {
      assert.throws(() => parsePeriod(code), { name: 'PeriodError', message }, code);
    }
  });

  it('refuses other units', () => {
    assert.throws(() => parsePeriod('1q'), { message: 'Period Error. Unit Q is not defined' });
    assert.throws(() => parsePeriod('1q'), PeriodError);
  });

  it('refuses quantities out of range', () => {
    const refused = (code: string, text: string) =>
      assert.throws(() => parsePeriod(code), { message: `Invalid period quantity ${text}` });

    refused('0D', '0 for unit D. Allowed range is from 1 to 90');
    refused('91d', '91 for unit D. Allowed range is from 1 to 90');
    refused('53W', '53 for unit W. Allowed range is from 1 to 52');
    refused('025M', '25 for unit M. Allowed range is from 1 to 24');
    refused('6Y', '6 for unit Y. Allowed range is from 1 to 5');
    refused(`${'9'.repeat(30)}Y`, `${'9'.repeat(30)} for unit Y. Allowed range is from 1 to 5`);
  });

  it('gives a code that reads as the same period', () => {
    fc.assert(fc.property(period, (p) => assert.deepEqual(parsePeriod(`00${p.code.toLowerCase()}`), p)));
  });

  it('answers anything else with a PeriodError', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^\d{1,3}[a-zA-Z]$/)), (code) => {
        try {
          assert.match(parsePeriod(code).code, /^[1-9]\d?[DWMY]$/);
        } catch (error) {
          assert.ok(error instanceof PeriodError);
        }
      }),
    );
  });
});

describe('periodTitle', () => {
  it('is a dash where there is no period', () => {
    for (const code of ['', '0', undefined, null]) assert.equal(periodTitle(code), '-');
  });

  it('knows the predefined periods, in their order', () => {
    assert.deepEqual(Object.keys(predefinedPeriods), ['1W', '1M', '3M', '6M', '1Y', '2Y', '3Y', '4Y', '5Y']);
    assert.equal(periodTitle('1W'), 'Every Week');
    assert.equal(periodTitle('01m'), 'Every Month');
    assert.equal(periodTitle('3M'), 'Every 3 Months');
    assert.equal(periodTitle('5Y'), 'Every 5 Years');
  });

  it('makes the others up', () => {
    assert.equal(periodTitle('14D'), 'Every 14 days');
    assert.equal(periodTitle('1d'), 'Every 1 day');
    assert.equal(periodTitle('2W'), 'Every 2 weeks');
    assert.equal(periodTitle('12M'), 'Every 12 months');
  });
});

describe('addPeriod', () => {
  it('ends on the last day of a month that is too short', () => {
    assert.equal(after('2025-01-31T10:20:30.400Z', '1M'), '2025-02-28T10:20:30.400Z');
    assert.equal(after('2024-01-31T00:00:00.000Z', '1M'), '2024-02-29T00:00:00.000Z');
    assert.equal(after('2024-02-29T23:59:59.999Z', '1Y'), '2025-02-28T23:59:59.999Z');
    assert.equal(after('2025-08-31T00:00:00.000Z', '18M'), '2027-02-28T00:00:00.000Z');
  });

  it('returns to the anchor day afterwards', () => {
    assert.equal(after('2025-02-28T10:00:00.000Z', '1M', 31), '2025-03-31T10:00:00.000Z');
    assert.equal(after('2025-03-31T10:00:00.000Z', '1M', 31), '2025-04-30T10:00:00.000Z');
    assert.equal(after('2027-02-28T10:00:00.000Z', '1Y', 29), '2028-02-29T10:00:00.000Z');
  });

  it('adds days and weeks over the ends of months and years', () => {
    assert.equal(after('2025-12-31T12:00:00.000Z', '1D'), '2026-01-01T12:00:00.000Z');
    assert.equal(after('2024-02-28T12:00:00.000Z', '2W', 31), '2024-03-13T12:00:00.000Z');
  });

  it('leaves its argument alone', () => {
    const from = new Date('2025-01-31');

    addPeriod(from, parsePeriod('1M'));

    assert.deepEqual(from, new Date('2025-01-31'));
  });

  it('refuses impossible days', () => {
    assert.throws(() => addPeriod(new Date(Number.NaN), parsePeriod('1M')), RangeError);
    for (const day of [0, 32, 1.5, Number.NaN]) {
      assert.throws(() => addPeriod(new Date(0), parsePeriod('1M'), day), RangeError);
    }
  });

  it('never skips a month, keeps the time of day, and ends on the anchor day where the month has it', () => {
    fc.assert(
      fc.property(moment, months, anchor, (from, p, day) => {
        const to = addPeriod(from, p, day);
        assert.equal(monthNumber(to), monthNumber(from) + p.quantity);
        assert.equal(timeOfDay(to), timeOfDay(from));
        assert.equal(to.getUTCDate(), Math.min(day, daysInMonth(to)));
      }),
      { numRuns: 1000 },
    );
  });

  it('does not drift: many single months are as far as all of them at once', () => {
    fc.assert(
      fc.property(moment, months, (from, p) => {
        const day = from.getUTCDate();
        let to = from;
        for (let month = 0; month < p.quantity; month += 1) to = addPeriod(to, parsePeriod('1M'), day);
        assert.deepEqual(to, addPeriod(from, p, day));
      }),
    );
  });

  it('moves forward, and never lets an earlier start end later', () => {
    fc.assert(
      fc.property(moment, moment, period, (a, b, p) => {
        const [early, late] = a <= b ? [a, b] : [b, a];
        assert.ok(addPeriod(early, p) > early);
        // Starts of 30 and 31 January both end on 28 February, so only the days are compared.
        assert.ok(addPeriod(early, p).toISOString().slice(0, 10) <= addPeriod(late, p).toISOString().slice(0, 10));
      }),
      { numRuns: 1000 },
    );
  });

  it('counts a day as 24 hours and a week as seven days', () => {
    fc.assert(
      fc.property(moment, fc.integer({ min: 1, max: 52 }), (from, quantity) => {
        const days = (addPeriod(from, parsePeriod(`${quantity}D`)).getTime() - from.getTime()) / 86_400_000;
        const weeks = (addPeriod(from, parsePeriod(`${quantity}W`)).getTime() - from.getTime()) / 86_400_000;
        assert.deepEqual([days, weeks], [quantity, quantity * 7]);
      }),
    );
  });

  it('takes a year for twelve months', () => {
    fc.assert(
      fc.property(moment, fc.constantFrom(1, 2), anchor, (from, years, day) => {
        const [byYear, byMonth] = [`${years}Y`, `${years * 12}M`].map(parsePeriod);
        assert.ok(byYear && byMonth);
        assert.deepEqual(addPeriod(from, byYear, day), addPeriod(from, byMonth, day));
      }),
    );
  });
});
