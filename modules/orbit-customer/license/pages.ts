import { Type, type Static, type TObject } from '@sinclair/typebox';
import type { ClientActor } from '#core/actor';
import { clientEndpoint, type Endpoint } from '#core/endpoint';
import type { Context } from '#core/context';
import { notFound } from '#core/error';
import { Anything, Id, MapOf, OneOf } from '#core/schema';
import type { Page } from '#core/web/page';
import type { OrderService } from '#modules/order/contract';
import { Domain, Ipv4, Line, LocationKey } from '../field.ts';
import type { Licenses, Shown } from './service.ts';

/** Where owners see a licence. */
export const LICENSE_PAGE = '/rpc-licences/:order_id';

interface Parts {
  readonly licenses: Licenses;
  readonly orders: OrderService;
}

const OneOrder = Type.Object({ order_id: Id });
const network = OneOf('mainnet', 'devnet');

/** The licence of an order, for its owner: its key and from where it may be used. */
export function licensePages({ licenses, orders }: Parts): readonly Page[] {
  async function ownOf(ctx: Context<ClientActor>, orderId: number): Promise<{ title: string; shown: Shown }> {
    const order = await orders.findOwn(ctx, orderId, ctx.actor.id);
    const shown = order && (await licenses.ofOrders(ctx, [order.id])).get(order.id);
    if (order === undefined || shown === undefined) throw notFound('order.unknown', 'Order not found');
    return { title: order.title, shown };
  }

  const own = clientEndpoint({
    summary: 'The licence of an own order.',
    input: OneOrder,
    output: MapOf(Anything()),
    async handle(ctx, { order_id }) {
      const { title, shown } = await ownOf(ctx, order_id);
      const { license, key, locations } = shown;
      const ips = await licenses.listIps(ctx, ctx.actor.id, String(license.id));
      const isOn = license.status === 'active';
      return {
        order_id,
        title,
        status: license.status,
        // As the API does, a client is shown the key only while the order is active.
        key: isOn ? key : '',
        expires_at: license.expiresAt ?? null,
        isOn,
        auth_mode: license.authMode,
        ipLimit: license.ipLimit ?? null,
        ips: ips.map(({ entry, location }) => ({ ...entry, location: location?.name ?? '' })),
        networks: (['mainnet', 'devnet'] as const).map((name) => ({ name, domains: license.domains[name] })),
        locations: locations.map(({ id, name, urls }) => ({ id, name, urls })),
        choices: locations.map(({ id, name }) => [id, name]),
      };
    },
  });

  /** A form about the licence of an own order. */
  const form = <I extends TObject>(
    summary: string,
    input: I,
    change: (ctx: Context<ClientActor>, license: string, input: Static<I>) => Promise<unknown>,
  ): Endpoint =>
    clientEndpoint({
      summary,
      input: Type.Object({ ...OneOrder.properties, ...input.properties }),
      output: Type.Literal(true),
      async handle(ctx, sent) {
        const { order_id: orderId } = sent as { order_id: number };
        const { shown } = await ownOf(ctx, orderId);
        await change(ctx, String(shown.license.id), sent as Static<I>);
        return true as const;
      },
    });

  const forms: readonly (readonly [string, Endpoint, string])[] = [
    [
      'rotate',
      form('Replace the key.', Type.Object({}), (ctx, license) => licenses.rotate(ctx, ctx.actor.id, license)),
      'rpc.rotated',
    ],
    [
      'mode',
      form(
        'Say how calls are known.',
        Type.Object({ mode: OneOf('api_key', 'ip_whitelist') }),
        (ctx, license, { mode }) => licenses.setAuthMode(ctx, ctx.actor.id, license, mode),
      ),
      'rpc.saved',
    ],
    [
      'ips',
      form(
        'Add an address.',
        Type.Object({ ip_address: Ipv4, location_id: LocationKey }),
        (ctx, license, { ip_address: address, location_id: location }) =>
          licenses.addIp(ctx, ctx.actor.id, license, { address, location, expiresAt: undefined }),
      ),
      'rpc.saved',
    ],
    [
      'ips/remove',
      form('Remove an address.', Type.Object({ entry: Line(20) }), (ctx, license, { entry }) =>
        licenses.removeIp(ctx, ctx.actor.id, license, entry, undefined),
      ),
      'rpc.saved',
    ],
    [
      'domains',
      form('Add a domain.', Type.Object({ network, domain: Domain }), (ctx, license, sent) =>
        licenses.addDomain(ctx, ctx.actor.id, license, sent.network, sent.domain),
      ),
      'rpc.saved',
    ],
    [
      'domains/remove',
      form('Remove a domain.', Type.Object({ network, domain: Line(300) }), (ctx, license, sent) =>
        licenses.removeDomain(ctx, ctx.actor.id, license, sent.network, sent.domain),
      ),
      'rpc.saved',
    ],
  ];
  return [
    { role: 'client', route: `GET ${LICENSE_PAGE}`, endpoint: own, view: 'client/license' },
    ...forms.map(([path, endpoint, says]): Page => ({
      role: 'client',
      route: `POST ${LICENSE_PAGE}/${path}`,
      endpoint,
      then: LICENSE_PAGE,
      says,
    })),
  ];
}
