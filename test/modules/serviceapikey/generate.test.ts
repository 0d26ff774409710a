import assert from 'node:assert/strict';

import fc from 'fast-check';

import { customParameters, generateKey, readShape, type KeyShape } from '#modules/serviceapikey/generate';

const defaults: KeyShape = { length: 32, split: true, splitInterval: 8, case: 'upper' };

const shape: fc.Arbitrary<KeyShape> = fc.record({
  length: fc.integer({ min: 1, max: 1024 }),
  split: fc.boolean(),
  splitInterval: fc.integer({ min: 1, max: 1100 }),
  case: fc.constantFrom('upper', 'lower', 'mixed'),
});

describe('generateKey', () => {
  it('has four groups of eight by default', () => {
    assert.match(generateKey(readShape({})), /^[\dA-F]{8}(?:-[\dA-F]{8}){3}$/);
  });

  it('has the length, the dashes and the case of its shape', () => {
    assert.match(
      generateKey({ length: 10, split: true, splitInterval: 4, case: 'lower' }),
      /^[\da-f]{4}-[\da-f]{4}-[\da-f]{2}$/,
    );
    assert.match(generateKey({ ...defaults, length: 20, split: false }), /^[\dA-F]{20}$/);
    assert.match(generateKey({ ...defaults, length: 7, splitInterval: 8 }), /^[\dA-F]{7}$/);
    assert.match(generateKey({ ...defaults, length: 8, splitInterval: 8 }), /^[\dA-F]{8}$/);
    assert.match(generateKey({ ...defaults, length: 3, splitInterval: 1 }), /^[\dA-F]-[\dA-F]-[\dA-F]$/);
  });

  it('keeps to any shape', () => {
    fc.assert(
      fc.property(shape, (of) => {
        const key = generateKey(of);
        const dashes = of.split ? Math.floor((of.length - 1) / of.splitInterval) : 0;
        assert.equal(key.length, of.length + dashes);
        assert.match(key, /^[\da-fA-F]+(?:-[\da-fA-F]+)*$/);
        assert.equal(key.replaceAll('-', '').length, of.length);
        if (of.split) for (const group of key.split('-').slice(0, -1)) assert.equal(group.length, of.splitInterval);
        if (of.case === 'upper') assert.equal(key, key.toUpperCase());
        if (of.case === 'lower') assert.equal(key, key.toLowerCase());
      }),
    );
  });

  it('mixes the case of about half of the letters', () => {
    const letters = Array.from({ length: 20 }, () => generateKey({ ...defaults, length: 1024, case: 'mixed' }))
      .join('')
      .replace(/[\d-]/g, '');

    const upper = letters.replace(/[a-f]/g, '').length / letters.length;

    assert.ok(upper > 0.4 && upper < 0.6, String(upper)); // some 7,700 letters: 0.4 is 17 deviations away
  });

  it('does not repeat itself', () => {
    const keys = new Set(Array.from({ length: 1000 }, () => generateKey(defaults)));

    assert.equal(keys.size, 1000);
  });
});

describe('readShape', () => {
  it('falls back to the defaults', () => {
    assert.deepEqual(readShape({}), defaults);
    assert.deepEqual(readShape({ length: null, split: null, split_interval: null, case: null, other: 1 }), defaults);
  });

  it('takes the texts that forms send', () => {
    assert.deepEqual(readShape({ length: '16', split: '1', split_interval: ' 4 ', case: 'mixed' }), {
      length: 16,
      split: true,
      splitInterval: 4,
      case: 'mixed',
    });
    for (const off of ['0', '', 'false', false, 0]) assert.equal(readShape({ split: off }).split, false, String(off));
    for (const on of ['1', 'yes', 'on', 'true', true, 1])
      assert.equal(readShape({ split: on }).split, true, String(on));
  });

  it('refuses other lengths than 1 to 1024', () => {
    assert.equal(readShape({ length: 1 }).length, 1);
    assert.equal(readShape({ length: '1024' }).length, 1024);
    for (const length of [0, -1, 1025, 1.5, '1.5', '', 'x', '-3', true, Number.NaN, [], {}]) {
      assert.throws(() => readShape({ length }), {
        kind: 'invalid_input',
        code: 'serviceapikey.length',
        message: 'The key length must be a whole number from 1 to 1024.',
      });
    }
  });

  it('refuses intervals below 1 for keys that are split', () => {
    for (const interval of [0, '0', -1, 0.5, 'x', '']) {
      assert.throws(() => readShape({ split_interval: interval }), {
        kind: 'invalid_input',
        code: 'serviceapikey.split_interval',
        message: 'The split interval must be a whole number of at least 1.',
      });
      assert.equal(readShape({ split: '0', split_interval: interval }).split, false);
    }
    assert.equal(readShape({ split_interval: 5000 }).splitInterval, 5000);
  });

  it('refuses other cases than the three', () => {
    for (const [letters, shown] of [
      ['camel', 'camel'],
      ['UPPER', 'UPPER'],
      ['', ''],
      [5, '5'],
      [{ toString: 1 }, '{"toString":1}'],
    ]) {
      assert.throws(() => readShape({ case: letters }), {
        kind: 'invalid_input',
        code: 'serviceapikey.case',
        message: `Unknown uppercase option '${shown}'. API generator only accepts 'lower', 'upper', or 'mixed'.`,
      });
    }
  });

  it('answers any config with a shape that can be generated or with an invalid input', () => {
    const values = fc.oneof(
      fc.jsonValue(),
      fc.integer({ min: -2, max: 1100 }),
      fc.constantFrom('upper', '8', '1', null),
    );
    const config = fc.record(
      { length: values, split: values, split_interval: values, case: values },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(config, (raw) => {
        try {
          assert.ok(generateKey(readShape(raw)).length > 0);
        } catch (error) {
          assert.equal((error as { kind?: string }).kind, 'invalid_input');
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('customParameters', () => {
  it('shows the custom parameters without their prefix, in their order', () => {
    const config = { length: 32, custom_plan: 'gold', private_note: 'x', custom_limit: '100', custom_custom_a: true };

    assert.equal(JSON.stringify(customParameters(config)), '{"plan":"gold","limit":100,"custom_a":true}');
    assert.deepEqual(customParameters({ length: 32, period: '1M', Custom_x: 1, custom: 2, api_key: 'secret' }), {});
  });

  it('answers numeric text as numbers', () => {
    const numbers = {
      '100': 100,
      '0.5': 0.5,
      '1e3': 1000,
      ' 5': 5,
      '5 ': 5,
      '007': 7,
      '-2': -2,
      '+3': 3,
      '.5': 0.5,
      '5.': 5,
      '1E-2': 0.01,
    };

    for (const [text, number] of Object.entries(numbers)) {
      assert.deepEqual(customParameters({ custom_x: text }), { x: number }, text);
    }
  });

  it('leaves everything else as it is', () => {
    const others = [
      '',
      ' ',
      'gold',
      '1.2.3',
      '0x1A',
      '1e',
      '.',
      '1,5',
      '5 km',
      'Infinity',
      '1e999',
      '9007199254740993',
      12.5,
      true,
      false,
      null,
      ['1'],
      { a: '1' },
    ];

    for (const value of others) assert.deepEqual(customParameters({ custom_x: value }), { x: value });
  });

  it('takes no time for long text', () => {
    const long = `${'1'.repeat(1_000_000)}x`;

    assert.deepEqual(customParameters({ custom_x: long }), { x: long });
  });

  it('is not misled by a parameter called __proto__', () => {
    const parameters = customParameters({ custom___proto__: { polluted: true } });

    assert.equal(Object.getPrototypeOf(parameters), Object.prototype);
    assert.equal('polluted' in parameters, false);
  });

  it('never shows a key without the prefix, and always gives JSON', () => {
    const name = fc.oneof(
      fc.string(),
      fc.string().map((rest) => `custom_${rest}`),
      fc.string().map((rest) => `private_${rest}`),
    );
    fc.assert(
      fc.property(fc.dictionary(name, fc.oneof(fc.string(), fc.jsonValue())), (config) => {
        const shown = customParameters(config);
        const custom = Object.keys(config).filter((key) => key.startsWith('custom_'));
        assert.deepEqual(Object.keys(shown).toSorted(), custom.map((key) => key.slice(7)).toSorted());
        for (const value of Object.values(shown)) if (typeof value === 'number') assert.ok(Number.isFinite(value));
      }),
    );
  });
});
