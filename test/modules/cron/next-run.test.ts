import assert from 'node:assert/strict';
import { nextRun } from '#modules/cron/next-run';

describe('the next run of a schedule', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['*/5 * * * *', '2027-01-01T00:00:00Z', '2027-01-01T00:05:00Z'],
    ['17 * * * *', '2027-01-01T23:17:30Z', '2027-01-02T00:17:00Z'],
    ['0 3 * * *', '2027-02-28T03:00:00Z', '2027-03-01T03:00:00Z'],
    ['30 2 1 * *', '2027-01-31T12:00:00Z', '2027-02-01T02:30:00Z'],
    ['0 9 * * 1-5', '2027-01-01T10:00:00Z', '2027-01-04T09:00:00Z'],
    ['0 0 * * 7', '2027-01-01T10:00:00Z', '2027-01-03T00:00:00Z'],
    ['1,31 0-1 * * *', '2027-01-01T01:31:00Z', '2027-01-02T00:01:00Z'],
    ['5/20 * * * *', '2027-01-01T00:06:00Z', '2027-01-01T00:25:00Z'],
  ];
  for (const [schedule, time, expected] of cases)
    it(`of ${schedule} after ${time} is ${expected}`, () => {
      assert.equal(nextRun(schedule, new Date(time))?.toISOString().replace('.000', ''), expected);
    });

  it('of a day that does not come is none', () => {
    assert.equal(nextRun('0 0 31 2 *', new Date('2027-01-01T00:00:00Z')), undefined);
  });
});
