import assert from 'node:assert/strict';

import fc from 'fast-check';

import { parseForm, sanitizeKeys, type Form, type FormValue } from '#core/http/form';

const reads = (text: string, expected: Form) => {
  assert.deepEqual(parseForm(text), expected, text);
};

const isPolluted = () => 'polluted' in {} || 'polluted' in [] || 'polluted' in Function.prototype;

/** Field by field, as PHP's http_build_query does it. */
const encode = (form: Form): string =>
  Object.entries(form)
    .flatMap(([name, value]) => fieldsOf(encodeURIComponent(name), value))
    .join('&');

const fieldsOf = (name: string, value: FormValue): string[] =>
  typeof value === 'string'
    ? [`${name}=${encodeURIComponent(value)}`]
    : Object.entries(value).flatMap(([key, member]) => fieldsOf(`${name}[${encodeURIComponent(key)}]`, member));

describe('parseForm', () => {
  it('nests by brackets and appends to lists', () => {
    reads('a=1&b=2', { a: '1', b: '2' });
    reads('a[b][c]=x&a[b][d]=y', { a: { b: { c: 'x', d: 'y' } } });
    reads('a[]=1&a[]=2', { a: ['1', '2'] });
    reads('a[][b]=1&a[][b]=2', { a: [{ b: '1' }, { b: '2' }] });
    reads('custom_fields[custom_1][title]=x', { custom_fields: { custom_1: { title: 'x' } } });
  });

  it('makes a list only of the keys 0 to n-1 in order', () => {
    reads('a[0]=x&a[1]=y', { a: ['x', 'y'] });
    reads('a[1]=y&a[0]=x', { a: { 0: 'x', 1: 'y' } });
    reads('a[1]=y', { a: { 1: 'y' } });
    reads('a[00]=x', { a: { '00': 'x' } });
    reads('a[5]=x&a[]=y&a[b]=z&a[]=w', { a: { 5: 'x', 6: 'y', b: 'z', 7: 'w' } });
    reads('a[999999999]=x', { a: { 999999999: 'x' } });
    reads('0=x&1=y', { 0: 'x', 1: 'y' });
  });

  it('lets the later field win', () => {
    reads('a=1&a=2', { a: '2' });
    reads('a=1&a[b]=2', { a: { b: '2' } });
    reads('a[b]=2&a=1', { a: '1' });
    reads('a[b]=1&a[b][c]=2', { a: { b: { c: '2' } } });
  });

  it('decodes names and values, and keeps what it cannot decode', () => {
    reads('a+b=c+d%2Be', { a_b: 'c d+e' });
    reads('a%5Bb%5D=x%3D%26y', { a: { b: 'x=&y' } });
    reads('q=%E6%98%9F&r=é', { q: '星', r: 'é' });
    reads('a=%zz&b=%&c=%4&d=%C3%A9%ff%41', { a: '%zz', b: '%', c: '%4', d: 'é%ffA' });
    reads('a=b=c', { a: 'b=c' });
  });

  it('takes a missing value for an empty one and ignores empty names', () => {
    reads('a&b=&c[d]', { a: '', b: '', c: { d: '' } });
    reads('', {});
    reads('&&=x&%20=x&[a]=x&%00b=x&', {});
  });

  it('puts underscores for dots and spaces, in the first name only', () => {
    reads('a.b=1&c d=2', { a_b: '1', c_d: '2' });
    reads('a.b[c.d e]=1', { a_b: { 'c.d e': '1' } });
    reads(' a=1&.b=2', { a: '1', _b: '2' });
  });

  // Each of these was compared with PHP 8.2.
  it('reads malformed brackets as PHP does', () => {
    reads('a[b=1', { a_b: '1' });
    reads('a[b.c[d=1', { a_b_c_d: '1' });
    reads('a[b][c=1', { a: { b: '1' } });
    reads('a[b]c=1', { a: { b: '1' } });
    reads('a[b]c[d]=1', { a: { b: '1' } });
    reads('a[b[c]=1', { a: { 'b[c': '1' } });
    reads('a]=1', { 'a]': '1' });
    reads('a[ ]=1&a[ b]=2', { a: { 0: '1', ' b': '2' } });
    reads('a[b%00c]=1&d%00e=2', { a_b: '1', d: '2' });
  });

  it('stops at 1000 fields', () => {
    const form = parseForm(Array.from({ length: 1200 }, (_, index) => `k${index}=1`).join('&'));

    assert.equal(Object.keys(form).length, 1000);
    assert.ok('k999' in form);
    assert.deepEqual(parseForm('a=1&b=2&c=3', { fields: 2 }), { a: '1', b: '2' });
  });

  it('ignores fields nested deeper than 64', () => {
    const nested = (depth: number) => `a${'[x]'.repeat(depth)}=1&b=2`;

    assert.deepEqual(Object.keys(parseForm(nested(64))), ['a', 'b']);
    assert.deepEqual(parseForm(nested(65)), { b: '2' });
    assert.deepEqual(parseForm('a[b][c]=1&d[e]=2', { nesting: 1 }), { d: { e: '2' } });
  });

  it('ignores fields that name a prototype, at any depth', () => {
    const names = ['__proto__', 'constructor', 'prototype', ' __proto__', '_.proto__', '..proto__', '%5F_proto__'];
    for (const name of names) {
      assert.deepEqual(parseForm(`${name}=1&${name}[polluted]=1&ok=1`), { ok: '1' }, name);
    }
    assert.deepEqual(parseForm('a[__proto__][polluted]=1&a[b][constructor][prototype][polluted]=1&a[ok]=1'), {
      a: { ok: '1' },
    });
    assert.deepEqual(parseForm('a[][__proto__]=1'), {});
    assert.equal(isPolluted(), false);
  });

  it('gives back what was encoded', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 12 });
    const isFree = (key: string) => !/[\]\0]|^\s?$|^(?:__proto__|constructor|prototype)$/.test(key);
    const key = fc.oneof(text, fc.constantFrom('0', '1', '2', '10', '-1', '01', 'a.b', 'toString')).filter(isFree);
    const name = key.filter((word) => !/[[ .]/.test(word));
    const { value } = fc.letrec<{ value: FormValue }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        text,
        fc.array(tie('value'), { minLength: 1, maxLength: 4 }),
        fc
          .dictionary(key, tie('value'), { minKeys: 1, maxKeys: 4, noNullPrototype: true })
          .filter((branch) => !('0' in branch)),
      ),
    }));

    fc.assert(
      fc.property(fc.dictionary(name, value, { maxKeys: 4, noNullPrototype: true }), (form) => {
        assert.deepEqual(parseForm(encode(form), { fields: 100_000 }), form);
      }),
      { numRuns: 500 },
    );
  });

  it('survives any garbage', () => {
    const shards = fc.constantFrom(
      'a',
      '[',
      ']',
      '[]',
      '&',
      '=',
      '%',
      '%5',
      '%ff',
      '+',
      '.',
      ' ',
      '\0',
      '\ud800',
      '0',
      '__proto__',
      'constructor',
      'prototype',
      '[__proto__]',
      '[polluted]=1',
    );
    const garbage = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(shards, { maxLength: 40 }).map((list) => list.join('')),
    );
    fc.assert(
      fc.property(garbage, (text) => {
        const form = parseForm(text);
        assert.equal(Object.getPrototypeOf(form), Object.prototype);
        assert.equal(isPolluted(), false);
        assert.equal(JSON.stringify(sanitizeKeys(form)), JSON.stringify(form));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('sanitizeKeys', () => {
  const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));

  it('returns the same value when there is nothing to drop', () => {
    const value: unknown = JSON.parse('{"a":[1,{"b":null,"constructor":1}],"prototype":true}');

    assert.equal(sanitizeKeys(value), value);
    for (const scalar of [null, 1, 'x', true, undefined]) assert.equal(sanitizeKeys(scalar), scalar);
  });

  it('drops __proto__ at any depth', () => {
    const value: unknown = JSON.parse('{"__proto__":{"polluted":1},"a":[{"__proto__":1,"b":2}],"c":{"__proto__":[]}}');

    const sane = sanitizeKeys(value);

    assert.deepEqual(sane, { a: [{ b: 2 }], c: {} });
    assert.equal(JSON.stringify(sane).includes('__proto__'), false);
  });

  it('goes 512 levels deep and throws beyond, whatever it found before', () => {
    assert.doesNotThrow(() => sanitizeKeys(nested(512)));
    assert.throws(() => sanitizeKeys(nested(513)), RangeError);
    assert.throws(() => sanitizeKeys([JSON.parse('{"__proto__":1}'), nested(600)]), RangeError);
    assert.throws(() => sanitizeKeys(nested(200_000)), RangeError);
  });

  it('keeps everything else of any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const copy: unknown = JSON.parse(JSON.stringify(value));
        const expected: unknown = JSON.parse(JSON.stringify(value), (key, member: unknown) =>
          key === '__proto__' ? undefined : member,
        );
        assert.deepEqual(sanitizeKeys(copy), expected);
      }),
    );
  });
});
