import assert from 'node:assert/strict';
import { Type } from '@sinclair/typebox';
import { compileInput, Flag, Id, List, OrNull } from '#core/schema';

describe('schema: fields that may be left out', () => {
  const reader = compileInput(
    Type.Object({ a: Type.Optional(Id), b: Type.Optional(OrNull(Id)), c: Type.Optional(Flag(true)), d: Flag(true) }),
  );

  it('stay absent, whatever their type falls back to', () => {
    assert.deepEqual(reader.read({}), { d: true });
  });

  it('take null only where it means something', () => {
    assert.deepEqual(reader.read({ a: null, b: null }), { b: null, d: true });
  });

  it('are read as their type', () => {
    assert.deepEqual(reader.read({ a: '7', b: '8', c: 'off', d: 0 }), { a: 7, b: 8, c: false, d: false });
  });
});

describe('schema: lists', () => {
  const { read } = compileInput(Type.Object({ ids: List(Id) }));

  it('hold ten thousand items and no more', () => {
    assert.equal((read({ ids: Array(10_000).fill('1') })['ids'] as unknown[]).length, 10_000);
    assert.throws(() => read({ ids: Array(10_001).fill('1') }), { kind: 'invalid_input' });
  });
});
