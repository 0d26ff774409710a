import { guestEndpoint } from '#core/endpoint';
import { CheckInput, CheckView, presentChecked, question } from '../schema.ts';
import type { Licenses } from '../service.ts';

export const guestApi = (licenses: Licenses) => ({
  check: guestEndpoint({
    summary: 'Whether a license may be used where it is used.',
    input: CheckInput,
    output: CheckView,
    isHot: true,
    handle: async (ctx, input) => presentChecked(await licenses.check(ctx, question(input)), input.format),
  }),
});
