import { Type } from '@sinclair/typebox';
import { adminEndpoint, Done, done } from '#core/endpoint';
import { Flag, Id, listed, PageOf, pageRequest, Paging } from '#core/schema';
import type { Activations } from '../activation/service.ts';
import { One } from './input.ts';
import * as views from './views.ts';

export const activationApi = ({ activations }: { readonly activations: Activations }) => ({
  activation_get_list: adminEndpoint({
    summary: 'Devices, newest first.',
    permission: 'manage_codes',
    input: Type.Object({
      ...Paging,
      app_id: Type.Optional(Id),
      code_id: Type.Optional(Id),
      live: Type.Optional(Flag()),
    }),
    output: PageOf(views.StaffActivationView),
    handle: async (ctx, input) => {
      const filter = { appId: input.app_id, codeId: input.code_id, isLive: input.live };
      return listed(await activations.list(ctx, filter, pageRequest(input)), views.presentStaffActivation);
    },
  }),
  activation_release: adminEndpoint({
    summary: 'Release a device, whatever its code allows.',
    permission: 'manage_codes',
    input: One,
    output: Done,
    handle: (ctx, { id }) => done(activations.release(ctx, id, 'staff')),
  }),
  activation_reset_chain: adminEndpoint({
    summary: 'Let a device check again that has lost its step key.',
    permission: 'manage_codes',
    input: One,
    output: Done,
    handle: (ctx, { id }) => done(activations.resetChain(ctx, id)),
  }),
});
