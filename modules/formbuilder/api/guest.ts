import { Type } from '@sinclair/typebox';
import { guestEndpoint } from '#core/endpoint';
import { Id, required } from '#core/schema';
import { FormView, presentForm } from '../schema.ts';
import type { Forms } from '../service.ts';

export const guestApi = (forms: Forms) => ({
  get: guestEndpoint({
    summary: 'An order form with its fields.',
    input: Type.Object({ id: required('Form ID was not passed', Id) }),
    output: FormView,
    handle: async (ctx, { id }) => presentForm(await forms.get(ctx, id)),
  }),
});
