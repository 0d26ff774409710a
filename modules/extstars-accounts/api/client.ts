import { Type } from '@sinclair/typebox';
import { clientEndpoint, Done, done } from '#core/endpoint';
import { forbidden } from '#core/error';
import { Id, listed, PageOf, pageRequest, Paging, required, Text } from '#core/schema';
import type { Activations } from '../activation/service.ts';
import type { Apps } from '../app/service.ts';
import type { Codes } from '../code/service.ts';
import * as views from './views.ts';

interface Needs {
  readonly apps: Apps;
  readonly codes: Codes;
  readonly activations: Activations;
}

const OneCode = { id: required('ID is missing', Id) };

/** What clients do with their own codes, as `client/extstars/…`. */
export const clientApi = ({ apps, codes, activations }: Needs) => ({
  code_get_list: clientEndpoint({
    summary: 'Own codes, newest first.',
    input: Type.Object(Paging),
    output: PageOf(views.CodeView),
    handle: async (ctx, input) =>
      listed(await codes.list(ctx, { clientId: ctx.actor.id }, pageRequest(input)), views.presentCode),
  }),
  code_get: clientEndpoint({
    summary: 'An own code, or one that was directed to the own address.',
    input: Type.Object(OneCode),
    output: views.CodeView,
    handle: async (ctx, { id }) =>
      views.presentCode(await codes.show(ctx, (await codes.getOwn(ctx, id, ctx.actor)).id)),
  }),
  code_set_destination: clientEndpoint({
    summary: 'Say whose an own code is.',
    input: Type.Object({ ...OneCode, destination: required('Destination is missing', Text({ maxLength: 255 })) }),
    output: Done,
    handle: async (ctx, { id, destination }) =>
      done(codes.direct(ctx, await codes.getBought(ctx, id, ctx.actor.id), destination)),
  }),
  activation_get_list: clientEndpoint({
    summary: 'Devices of an own code, newest first.',
    input: Type.Object({ ...Paging, ...OneCode }),
    output: PageOf(views.ActivationView),
    handle: async (ctx, input) => {
      const { id } = await codes.getOwn(ctx, input.id, ctx.actor);
      return listed(await activations.list(ctx, { codeId: id }, pageRequest(input)), views.presentActivation);
    },
  }),
  activation_release: clientEndpoint({
    summary: 'Release a device of an own code, where devices may do so themselves.',
    input: Type.Object(OneCode),
    output: Done,
    handle: async (ctx, { id }) => {
      const code = await codes.getOwn(ctx, (await activations.get(ctx, id)).codeId, ctx.actor);
      if (!(await activations.mayRelease(ctx, await apps.get(ctx, code.appId), code)))
        throw forbidden('extstars.no_release', 'Devices of this code cannot be released.');
      return done(activations.release(ctx, id, 'client'));
    },
  }),
});
