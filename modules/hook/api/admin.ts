import { Type } from '@sinclair/typebox';
import { adminEndpoint, Done, done } from '#core/endpoint';
import { Anything, listed, PageOf, pageRequest, Paging, Text } from '#core/schema';
import { ListenerView, present } from '../schema.ts';
import type { Hooks } from '../service.ts';

export const adminApi = (hooks: Hooks) => ({
  get_list: adminEndpoint({
    summary: 'Which module listens to which event, as it was when listeners were last connected.',
    permission: 'view',
    input: Type.Object(Paging),
    output: PageOf(ListenerView),
    handle: async (ctx, input) => listed(await hooks.list(ctx, pageRequest(input)), present),
  }),

  call: adminEndpoint({
    summary: 'Call an event of the form `onSomething` for those who listen to it. False without an event.',
    permission: 'trigger_hooks',
    input: Type.Object({ event: Type.Optional(Text({ maxLength: 128 })), params: Type.Optional(Anything()) }),
    output: Type.Union([Type.Null(), Type.Literal(false)]),
    handle: (ctx, { event, params = {} }) =>
      event ? hooks.call(ctx, event, params).then(() => null) : Promise.resolve(false as const),
  }),

  batch_connect: adminEndpoint({
    summary: 'Find out anew which module listens to which event.',
    permission: 'manage_hooks',
    input: Type.Object({ mod: Type.Optional(Text({ maxLength: 64 })) }),
    output: Done,
    handle: (ctx, { mod }) => done(hooks.connect(ctx, mod || undefined)),
  }),
});
