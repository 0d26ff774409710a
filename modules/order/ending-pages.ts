import { Type } from '@sinclair/typebox';
import { clientEndpoint, Done, done, type Endpoint } from '#core/endpoint';
import { Anything, Id, MapOf, Text } from '#core/schema';
import type { Page } from '#core/web/page';
import type { Ending } from './ending.ts';
import { getOwn } from './views.ts';

const AT = '/order/service/manage/:id';

/** How owners let an order end, each after a page that says what comes of it. */
export function endingPages(ending: Ending, withdraw: Endpoint): readonly Page[] {
  const show = clientEndpoint({
    summary: 'What comes of ending an own order.',
    input: Type.Object({ id: Id }),
    output: MapOf(Anything()),
    async handle(ctx, { id }) {
      const order = await getOwn(ctx, id, ctx.actor.id);
      const { title, status, expiresAt } = order;
      return { id, title, status, expires_at: expiresAt ?? null, ...(await ending.stateOf(ctx, order)) };
    },
  });
  const end = clientEndpoint({
    summary: 'Let an own order end with its period.',
    input: Type.Object({ id: Id, reason: Text({ maxLength: 200, default: '' }) }),
    output: Done,
    handle: (ctx, { id, reason }) => done(ending.end(ctx, id, reason.trim())),
  });
  const keep = clientEndpoint({
    summary: 'Keep an own order that was to end.',
    input: Type.Object({ id: Id }),
    output: Done,
    handle: (ctx, { id }) => done(ending.keep(ctx, id)),
  });
  return [
    { role: 'client', route: `GET ${AT}/end`, endpoint: show, view: 'client/end' },
    { role: 'client', route: `POST ${AT}/end`, endpoint: end, then: AT, says: 'services.isEnding' },
    { role: 'client', route: `POST ${AT}/keep`, endpoint: keep, then: AT, says: 'services.isKept' },
    { role: 'client', route: `GET ${AT}/withdraw`, endpoint: show, view: 'client/withdraw' },
    {
      role: 'client',
      route: `POST ${AT}/withdraw`,
      endpoint: withdraw,
      then: '/order/service',
      says: 'services.isWithdrawn',
    },
  ];
}
