import { Type } from '@sinclair/typebox';
import { adminEndpoint, Done, done } from '#core/endpoint';
import { Id, List, listed, PageOf, pageRequest, Paging, required, Text } from '#core/schema';
import { presentTax, TaxView } from '../schema.ts';
import type { Taxes } from '../tax/service.ts';

const OneRule = Type.Object({ id: required('Tax ID was not passed', Id) });
const Place = {
  country: Type.Optional(Text({ maxLength: 10 })),
  state: Type.Optional(Text({ maxLength: 100 })),
};
const Rate = Text({ maxLength: 35, description: 'Per cent.' });

export const adminTaxApi = (taxes: Taxes) => ({
  tax_create: adminEndpoint({
    summary: 'Make a tax rule.',
    permission: 'manage_tax',
    input: Type.Object({
      name: required('Tax name is missing', Text({ maxLength: 255 })),
      taxrate: required('Tax rate is missing or is invalid', Rate),
      ...Place,
    }),
    output: Type.Integer(),
    handle: (ctx, { name, taxrate, country, state }) => taxes.create(ctx, { name, rate: taxrate, country, state }),
  }),

  tax_get: adminEndpoint({
    summary: 'One tax rule.',
    permission: 'manage_tax',
    input: OneRule,
    output: TaxView,
    handle: async (ctx, { id }) => presentTax(await taxes.get(ctx, id)),
  }),

  tax_update: adminEndpoint({
    summary: 'Change a tax rule; a place that is not sent is everywhere.',
    permission: 'manage_tax',
    input: Type.Object({
      id: required('Tax ID is missing', Id),
      taxrate: required('Tax rate is missing', Rate),
      name: required('Tax name is missing', Text({ maxLength: 255 })),
      ...Place,
    }),
    output: Done,
    handle: (ctx, { id, name, taxrate, country, state }) =>
      done(taxes.update(ctx, id, { name, rate: taxrate, country, state })),
  }),

  tax_delete: adminEndpoint({
    summary: 'Delete a tax rule.',
    permission: 'manage_tax',
    input: OneRule,
    output: Done,
    handle: (ctx, { id }) => done(taxes.remove(ctx, id)),
  }),

  batch_delete_tax: adminEndpoint({
    summary: 'Delete several tax rules; stops at the first that is not there.',
    permission: 'manage_tax',
    input: Type.Object({ ids: required('IDs were not passed', List(Id)) }),
    output: Done,
    handle: async (ctx, { ids }) => {
      for (const id of ids) await taxes.remove(ctx, id);
      return true as const;
    },
  }),

  tax_get_list: adminEndpoint({
    summary: 'Tax rules, newest first.',
    permission: 'manage_tax',
    input: Type.Object(Paging),
    output: PageOf(TaxView),
    handle: async (ctx, input) => listed(await taxes.list(ctx, pageRequest(input)), presentTax),
  }),

  tax_setup_eu: adminEndpoint({
    summary: 'Replace all tax rules by the standard rates of the European Union.',
    permission: 'manage_tax',
    input: Type.Object({}),
    output: Done,
    handle: (ctx) => done(taxes.setUpEu(ctx)),
  }),
});
