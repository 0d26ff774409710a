import { Type } from '@sinclair/typebox';
import { holds, type AdminActor } from '#core/actor';
import { adminEndpoint } from '#core/endpoint';
import { ROWS, sortable } from '#core/listing';
import type { ProductTypes } from '#core/product';
import { Anything, Dict, listed, MapOf, Text } from '#core/schema';
import { formatLabel } from '#core/web/filters';
import type { MenuEntry, Page } from '#core/web/page';
import type { ClientService } from '#modules/client/contract';
import type { Product, ProductService } from '#modules/product/contract';
import type { adminApi } from './api/admin.ts';
import { ListInput, toFilter } from './filter.ts';
import { orderPath } from './overview.ts';
import { ORDER_STATUSES } from './rules.ts';
import type { OrderViews } from './views.ts';

interface Needs {
  readonly clients: ClientService;
  readonly products: ProductService;
  readonly productTypes: ProductTypes;
  readonly views: OrderViews;
  readonly admin: ReturnType<typeof adminApi>;
}

const Shown = MapOf(Anything());

/** Orders as staff find and make them. */
export function staffPages({ clients, products, productTypes, views, admin }: Needs): readonly Page[] {
  const list = adminEndpoint({
    summary: 'Orders, newest first.',
    permission: 'view',
    input: sortable(ListInput),
    output: Shown,
    async handle(ctx, input) {
      const request = { page: input.page, perPage: ROWS, sort: input.sort };
      const found = await views.list(ctx, toFilter(input), request, 'admin');
      return {
        ...listed(found, (row) => ({ ...row, client_name: nameOf(row.client) })),
        statuses: ORDER_STATUSES,
        types: productTypes.list().map(({ name, title }) => [name, title]),
        may: rightsOf(ctx.actor),
      };
    },
  });

  const blank = adminEndpoint({
    summary: 'The form for an order: first the client and the product, then what that product asks.',
    permission: 'manage',
    input: Type.Object({ client_id: Type.Optional(Text()), product_id: Type.Optional(Text()) }),
    output: Shown,
    async handle(ctx, { client_id, product_id }) {
      const [client, product] = await Promise.all([
        clients.find(ctx, Number.parseInt(client_id ?? '', 10) || 0),
        products.find(ctx, Number.parseInt(product_id ?? '', 10) || 0),
      ]);
      return {
        products: [...(await products.choices(ctx))].map(([id, title]) => [String(id), title]),
        product: product && shownProduct(product),
        client: client && { id: client.id, name: nameOf({ ...client, first_name: client.firstName, last_name: client.lastName }) }, // prettier-ignore
        questions: product && questionsOf(productTypes, product),
        mayNotePayment: holds(ctx.actor.rights, 'invoice', 'manage_invoices'),
      };
    },
  });

  const make = adminEndpoint({
    summary: 'Order a product for a client, as the form has it.',
    permission: 'manage',
    input: Type.Object({ ...admin.create.input.properties, config: Type.Optional(Dict()) }),
    output: Type.Unknown(),
    handle: (ctx, input) => admin.create.run(ctx, withoutBlanks(input)),
  });

  const form = '/order/new/:client_id/:product_id';
  return [
    { role: 'admin', route: 'GET /order', endpoint: list, view: 'admin/list' },
    { role: 'admin', route: 'GET /order/csv', endpoint: admin.export_csv },
    { role: 'admin', route: 'GET /order/new', endpoint: blank, view: 'admin/new' },
    { role: 'admin', route: `GET ${form}`, endpoint: blank, view: 'admin/new' },
    { role: 'admin', route: `POST ${form}`, endpoint: make, leavesFor: pageOfId, says: 'orders.made' },
  ];
}

export const staffMenu: readonly MenuEntry[] = [
  { role: 'admin', title: 'menu.orders', href: '/admin/order', order: 200, permission: 'view', group: 'sales' },
];

const pageOfId = (id: unknown): string => orderPath(Number(id));

/** What is not allowed is not offered. */
export const rightsOf = ({ rights }: AdminActor): Record<string, boolean> =>
  Object.fromEntries(['manage', 'export'].map((key) => [key, holds(rights, 'order', key)]));

export function nameOf(client: Readonly<Record<string, unknown>>): string {
  const name = [client['first_name'], client['last_name']].filter(Boolean).join(' ');
  const { email } = client;
  return name || (typeof email === 'string' ? email : '');
}

const shownProduct = ({ id, title, pricing, allowsQuantity }: Product) => ({
  id,
  title,
  allowsQuantity,
  periods: pricing.type === 'recurrent' ? pricing.periods.filter(({ isEnabled }) => isEnabled) : [],
});

/** What the type lets be set on an order, as far as one line can hold it. */
function questionsOf(productTypes: ProductTypes, { type, config }: Product): object[] {
  const fields = Object.entries(productTypes.find(type)?.config?.properties ?? {});
  return fields.flatMap(([name, schema]) => {
    const isPlain = ['string', 'integer', 'number', 'boolean'].includes(String(schema['type']));
    const value = config[name] ?? (schema['default'] as unknown);
    return name === 'period' || name === 'quantity' || !isPlain
      ? []
      : [{ name: `config[${name}]`, label: schema.title ?? formatLabel(name), hint: schema.description, value }];
  });
}

/** A field left empty says nothing. */
function withoutBlanks(input: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const filled = ([, value]: [string, unknown]): boolean => value !== '';
  const { config } = input;
  const kept = Object.fromEntries(Object.entries(input).filter(filled));
  return typeof config === 'object' && config !== null
    ? { ...kept, config: Object.fromEntries(Object.entries(config).filter(filled)) }
    : kept;
}
