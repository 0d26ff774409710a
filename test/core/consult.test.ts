import assert from 'node:assert/strict';
import { Type } from '@sinclair/typebox';
import { atomic, consult } from '#core/context';
import { conflict } from '#core/error';
import { defineHook } from '#core/event';
import { ahead, before } from '#core/listener';
import { defineModule } from '#core/module';
import { useApp } from '../support/app.ts';

const asking = defineHook('doors.opening', Type.Object({ word: Type.String() }));
const heard: string[] = [];

const doors = defineModule({
  name: 'doors',
  title: 'Doors',
  version: '1.0.0',
  isEssential: true,
  migrations: [],
  setup: () => ({
    hooks: [
      before(asking, async () => void heard.push('inside')),
      ahead(asking, async (_ctx, { word }) => {
        heard.push('ahead');
        if (word !== 'friend') throw conflict('doors.shut', 'Shut.');
      }),
    ],
  }),
});

describe('consulting ahead of a transaction', () => {
  const app = useApp({ modules: [doors] });
  beforeEach(() => void heard.splice(0));

  it('asks those who must look outside, and only them', async () => {
    await consult(app.system(), asking, { word: 'friend' });
    assert.deepEqual(heard, ['ahead']);

    await atomic(app.system(), (tx) => tx.ask(asking, { word: 'friend' }));
    assert.deepEqual(heard, ['ahead', 'inside']);
  });

  it('is refused by whoever refuses', async () => {
    await assert.rejects(consult(app.system(), asking, { word: 'enemy' }), /Shut/);
  });

  it('is a mistake inside a transaction', async () => {
    await assert.rejects(
      atomic(app.system(), (tx) => consult(tx, asking, { word: 'friend' })),
      /cannot be consulted on inside a transaction/,
    );
    assert.deepEqual(heard, []);
  });
});
