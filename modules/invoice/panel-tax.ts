import { Type } from '@sinclair/typebox';
import { adminEndpoint } from '#core/endpoint';
import { ROWS, sortable } from '#core/listing';
import { Anything, listed, MapOf, Paging } from '#core/schema';
import type { MenuEntry, Page } from '#core/web/page';
import type { adminTaxApi } from './api/admin-tax.ts';
import type { InvoiceModule } from './invoice-module.ts';
import { presentTax } from './schema.ts';

interface Parts {
  readonly module: Pick<InvoiceModule, 'taxes' | 'rules'>;
  readonly admin: ReturnType<typeof adminTaxApi>;
}

const List = sortable(Type.Object({ page: Paging.page }));
const LIST = '/admin/invoice/tax';
const toList = (): string => LIST;

/** The tax rules, as staff see and change them. */
export function taxPages({ module: { taxes, rules }, admin }: Parts): readonly Page[] {
  const list = adminEndpoint({
    summary: 'Tax rules, newest first.',
    permission: 'manage_tax',
    input: List,
    output: MapOf(Anything()),
    handle: async (ctx, { page, sort }) => ({
      ...listed(await taxes.list(ctx, { page, perPage: ROWS, sort }), presentTax),
      isTaxOn: (await rules(ctx)).isTaxOn,
    }),
  });
  const fresh = adminEndpoint({
    summary: 'The form for a new tax rule.',
    permission: 'manage_tax',
    input: Type.Object({}),
    output: MapOf(Anything()),
    handle: () => Promise.resolve({}),
  });
  const at = '/invoice/tax/:id';
  return [
    { role: 'admin', route: 'GET /invoice/tax', endpoint: list, view: 'admin/taxes' },
    { role: 'admin', route: 'POST /invoice/tax/eu', endpoint: admin.tax_setup_eu, then: LIST, says: 'tax.euMade' },
    { role: 'admin', route: 'GET /invoice/tax/new', endpoint: fresh, view: 'admin/tax' },
    { role: 'admin', route: 'POST /invoice/tax/new', endpoint: admin.tax_create, leavesFor: toList, says: 'tax.added' },
    { role: 'admin', route: `GET ${at}`, endpoint: admin.tax_get, view: 'admin/tax' },
    { role: 'admin', route: `POST ${at}`, endpoint: admin.tax_update, leavesFor: toList, says: 'tax.saved' },
    { role: 'admin', route: `POST ${at}/delete`, endpoint: admin.tax_delete, then: `/admin${at}`, says: 'tax.removed' },
  ];
}

export const taxMenu: readonly MenuEntry[] = [
  { role: 'admin', title: 'tax.title', href: LIST, order: 520, permission: 'manage_tax', group: 'system' },
];
