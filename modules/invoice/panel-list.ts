import { Type, type Static } from '@sinclair/typebox';
import { holds } from '#core/actor';
import type { Context } from '#core/context';
import { adminEndpoint, file } from '#core/endpoint';
import { invalidFields } from '#core/error';
import { csvOf, everyPage, ROWS, sortable } from '#core/listing';
import { Anything, Dict, isTruthy, List as ListOf, listed, MapOf, required, Text, Truthy } from '#core/schema';
import type { Page } from '#core/web/page';
import type { Invoice } from './contract.ts';
import { ListInput, toFilter } from './filter.ts';
import type { InvoiceModule } from './invoice-module.ts';
import { asLine } from './line/input.ts';
import * as invoices from './repository.ts';
import { pageOfInvoice } from './panel-invoice.ts';

const Shown = MapOf(Anything());
const List = sortable(ListInput);
const STATUSES = ['unpaid', 'paid', 'refunded', 'canceled'];
const COLUMNS = [
  'id', 'number', 'client_id', 'client', 'email', 'currency', 'subtotal', 'tax', 'total', 'status', 'approved',
  'created_at', 'due_at', 'paid_at',
]; // prettier-ignore
/** Empty lines of the form for a new invoice. */
const NEW_LINES = 4;
const SEVERAL = 2;

/** The list of invoices, and the form for a new one. */
export function invoiceListPages(module: InvoiceModule): readonly Page[] {
  async function rowsOf(ctx: Context, items: readonly Invoice[]) {
    return (await module.views.summarize(ctx, items)).map(({ serie_nr, buyer, client: _, ...rest }) => ({
      ...rest,
      number: serie_nr,
      client: [buyer.first_name, buyer.last_name].filter(Boolean).join(' '),
      email: buyer.email,
      state: rest.approved || rest.status !== 'unpaid' ? rest.status : 'not_approved',
    }));
  }

  const list = adminEndpoint({
    summary: 'Invoices, as staff filter and sort them.',
    permission: 'view',
    input: List,
    output: Shown,
    async handle(ctx, input: Static<typeof List>) {
      const found = await module.list(ctx, toFilter(input), { page: input.page, perPage: ROWS, sort: input.sort });
      const counts = await invoices.countByStatus(ctx.db);
      return {
        ...listed({ ...found, items: await rowsOf(ctx, found.items) }, (row) => row),
        counts: STATUSES.map((status) => ({ status, count: counts.get(status) ?? 0 })),
        statuses: STATUSES,
        mayManage: holds(ctx.actor.rights, 'invoice', 'manage_invoices'),
        mayExport: holds(ctx.actor.rights, 'invoice', 'export'),
      };
    },
  });

  const exportList = adminEndpoint({
    summary: 'Invoices as a CSV file, filtered as the list is.',
    permission: 'export',
    input: List,
    output: Type.String(),
    async handle(ctx, input: Static<typeof List>) {
      async function* rows() {
        for await (const items of everyPage((request) => module.list(ctx, toFilter(input), request)))
          yield await rowsOf(ctx, items);
      }
      return file('invoices.csv', 'text/csv; charset=utf-8', csvOf(COLUMNS, rows(), module.writeTime));
    },
  });

  const fresh = adminEndpoint({
    summary: 'The form for a new invoice.',
    permission: 'manage_invoices',
    input: Type.Object({}),
    output: Shown,
    handle: () => Promise.resolve({ rows: Array.from({ length: NEW_LINES }, (_, index) => String(index)) }),
  });

  const create = adminEndpoint({
    summary: 'Make an invoice for the one client that is meant; lines without words are left out.',
    permission: 'manage_invoices',
    input: Type.Object({
      client: required('Client ID is missing', Text({ maxLength: 255 })),
      items: Type.Optional(ListOf(Dict())),
      text_1: Type.Optional(Text()),
      text_2: Type.Optional(Text()),
      approve: Truthy(),
    }),
    output: Type.Integer(),
    handle: async (ctx, { client, items = [], text_1: text1, text_2: text2, approve: approves }) =>
      module.editing.prepare(ctx, {
        clientId: await clientMeant(ctx, module, client.trim()),
        items: items.filter(isFilledIn).map(asLine),
        text1,
        text2,
        approves,
      }),
  });

  return [
    { role: 'admin', route: 'GET /invoice', endpoint: list, view: 'admin/invoices' },
    { role: 'admin', route: 'GET /invoice/csv', endpoint: exportList },
    { role: 'admin', route: 'GET /invoice/new', endpoint: fresh, view: 'admin/new-invoice' },
    { role: 'admin', route: 'POST /invoice/new', endpoint: create, leavesFor: pageOfInvoice, says: 'bill.added' },
  ];
}

const isFilledIn = ({ title, price }: Readonly<Record<string, unknown>>): boolean => isTruthy(title) || isTruthy(price);

/** By number or address, or the beginning of a name that only one client has. */
async function clientMeant(ctx: Context, { clients }: InvoiceModule, text: string): Promise<number> {
  const exact = /^\d{1,15}$/.test(text) ? await clients.find(ctx, Number(text)) : undefined;
  if (exact !== undefined) return exact.id;
  const [found, another] = await clients.findIds(ctx, text, SEVERAL);
  if (found === undefined) throw invalidFields({ client: ['No client is called that.'] }, 'invoice.client_unknown');
  if (another !== undefined)
    throw invalidFields({ client: ['Several clients are called that: use the number or address.'] }, 'invoice.client_unclear');
  return found;
} // prettier-ignore
