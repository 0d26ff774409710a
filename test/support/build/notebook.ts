import { Type } from '@sinclair/typebox';
import { atomic } from '#core/context';
import { guestEndpoint } from '#core/endpoint';
import { conflict } from '#core/error';
import { defineEvent, defineHook } from '#core/event';
import type { Hook, Listener, Mail } from '#core/listener';
import { defineModule, type Module } from '#core/module';
import { Anything, Text, required } from '#core/schema';

/** A module of the tests' own: it keeps notes, tells of each, and asks before it does. */

export const noted = defineEvent('notebook.noted', Type.Object({ text: Type.String() }));
export const noting = defineHook('notebook.noting', Type.Object({ text: Type.String() }));

interface Options {
  readonly listeners?: readonly Listener[];
  readonly hooks?: readonly Hook[];
  readonly mails?: readonly Mail[];
  readonly folder?: URL;
}

export const buildNotebook = ({ listeners = [], hooks = [], mails = [], folder }: Options = {}): Module =>
  defineModule({
    name: 'notebook',
    title: 'Notebook',
    version: '1.0.0',
    isEssential: true,
    ...(folder && { folder }),
    tables: ['note'],
    migrations: [
      {
        name: '001_create_note',
        async up(db) {
          await db.schema.createTable('note', (table) => {
            table.bigIncrements('id');
            table.string('text', 255).notNullable().unique();
          });
        },
        down: (db) => db.schema.dropTable('note'),
      },
    ],
    setup: () => ({
      listeners,
      hooks,
      mails,
      api: {
        guest: {
          add: guestEndpoint({
            summary: 'Note something.',
            input: Type.Object({ text: required('Nothing to note', Text({ maxLength: 255 })) }),
            output: Type.Literal(true),
            handle: (ctx, { text }) =>
              atomic(ctx, async (tx) => {
                await tx.ask(noting, { text });
                await tx.db('note').insert({ text });
                await tx.emit(noted, { text });
                if (text === 'fails late') throw conflict('notebook.late', 'Too late');
                return true as const;
              }),
          }),
          echo: guestEndpoint({
            summary: 'What arrives of a call.',
            input: Type.Object({}, { additionalProperties: true }),
            output: Anything(),
            handle: (_ctx, sent) => Promise.resolve(sent),
          }),
          fail: guestEndpoint({
            summary: 'Has a bug.',
            input: Type.Object({}),
            output: Type.Literal(true),
            handle: () => Promise.reject(new TypeError('secret detail')),
          }),
        },
      },
    }),
  });
