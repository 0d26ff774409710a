import assert from 'node:assert/strict';
import { extension } from '#modules/extension/index';
import { system } from '#modules/system/index';
import { admin, guest, useApp } from '../../support/app.ts';
import { keepers } from '../../support/keepers.ts';

describe('guest/system: what forms offer', () => {
  const app = useApp({ modules: [keepers, system, extension] });
  const configure = (config: object) => app.call(admin, 'extension/config_save', { ext: 'mod_system', ...config });

  it('lists all countries by name', async () => {
    const countries = await app.call<Record<string, string>>(guest, 'system/countries');

    assert.equal(Object.keys(countries).length, 249);
    assert.deepEqual(Object.entries(countries).slice(0, 3), [
      ['AF', 'Afghanistan'],
      ['AX', 'Åland Islands'],
      ['AL', 'Albania'],
    ]);
    assert.equal(countries['CI'], 'Côte d’Ivoire');
    assert.equal('XK' in countries, false);
  });

  it('lists the countries staff have chosen, and only real ones', async () => {
    await configure({ countries: 'FI=Finland\r\n SE = Sverige \nnonsense\nXX=Nowhere\nfi=small\nDE=' });

    assert.deepEqual(await app.call(guest, 'system/countries'), { FI: 'Finland', SE: 'Sverige' });
  });

  it('lists all countries when none of those chosen is real', async () => {
    await configure({ countries: 'nonsense' });

    assert.equal(Object.keys(await app.call<object>(guest, 'system/countries')).length, 249);
  });

  it('knows the default country once there is one', async () => {
    assert.equal(await app.call(guest, 'system/default_country'), null);

    await configure({ default_country: 'FI' });

    assert.equal(await app.call(guest, 'system/default_country'), 'FI');
  });

  it('lists calling codes in ascending order', async () => {
    const codes = await app.call<number[]>(guest, 'system/phone_codes');

    assert.deepEqual(codes.slice(0, 4), [1, 7, 20, 27]);
    assert.ok(codes.includes(800) && codes.includes(998));
    assert.deepEqual(
      codes,
      codes.toSorted((a, b) => a - b),
    );
  });

  it('groups time zones by region, UTC first', async () => {
    const zones = await app.call<Record<string, string[]>>(guest, 'system/timezones');

    assert.deepEqual(Object.keys(zones).slice(0, 3), ['UTC', 'Africa', 'America']);
    assert.ok(zones['Asia']?.includes('Asia/Kolkata') && zones['Europe']?.includes('Europe/Kyiv'));
    assert.ok(!zones['Asia']?.includes('Asia/Calcutta'));
  });

  it('names billing periods', async () => {
    const titles = await Promise.all(
      ['1M', '14D', '1D', '0', '', undefined].map((code) => app.call(guest, 'system/period_title', { code })),
    );

    assert.deepEqual(titles, ['Every Month', 'Every 14 days', 'Every 1 day', '-', '-', '-']);
  });

  for (const [code, message] of [
    ['25M', 'Invalid period quantity 25 for unit M. Allowed range is from 1 to 24'],
    ['3X', 'Period Error. Unit X is not defined'],
    ['M', 'Invalid period code. Period definition must be a quantity followed by a unit letter'],
    ['1'.repeat(400) + 'D', /^Invalid period quantity/],
  ] as const) {
    it(`refuses the period ${code.slice(0, 10)}`, async () => {
      const error = await app.refusal(guest, 'system/period_title', { code });

      assert.equal(error.code, 9999);
      if (typeof message === 'string') assert.equal(error.message, message);
      else assert.match(error.message, message);
    });
  }

  it('offers page numbers around the current one', async () => {
    const pages = await app.call(guest, 'system/paginator', { page_param: 'p', p: '10', per_page: 10, total: 200 });

    assert.deepEqual(pages, {
      currentpage: 10,
      numpages: 20,
      midrange: 7,
      range: [7, 8, 9, 10, 11, 12, 13],
      start: 7,
      end: 13,
    });
  });

  for (const [params, range] of [
    [{}, [1]],
    [{ page: 1, per_page: 10, total: 35 }, [1, 2, 3, 4]],
    [{ page: 99, per_page: 10, total: 95 }, [4, 5, 6, 7, 8, 9, 10]],
    [{ page: -5, per_page: 0, total: 95 }, [1]],
    [{ page_param: '__proto__', per_page: 1, total: 2 }, [1, 2]],
    [{ page: 1e300, per_page: 1, total: 1e15 }, [1, 2, 3, 4, 5, 6, 7]],
  ] as const) {
    it(`offers ${range.length} page numbers for ${JSON.stringify(params)}`, async () => {
      const pages = await app.call<{ range: number[] }>(guest, 'system/paginator', params);

      assert.deepEqual(pages.range, range);
    });
  }

  it('tells the path and query of the call', async () => {
    const { body } = (await app.request('get', '/api/guest/system/current_url?a=1&b=%20')) as { body: object };

    assert.deepEqual(body, { result: '/api/guest/system/current_url?a=1&b=%20', error: null });
  });

  it('finds templates and nothing beside them', async () => {
    const exists = (file: string, who = guest) => app.call(who, 'system/template_exists', { file });

    assert.equal(await exists('home.liquid'), true);
    assert.equal(await exists('home.liquid', admin), true);
    for (const file of [
      '../package.json',
      '../../../config.php',
      '/etc/passwd',
      'layouts/../home.liquid',
      'home.liquid\0',
    ])
      assert.equal(await exists(file), false, file);
    assert.equal(await app.call(guest, 'system/template_exists'), false);
  });
});
