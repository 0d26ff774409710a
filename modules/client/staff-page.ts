import { Type } from '@sinclair/typebox';
import { holds } from '#core/actor';
import { adminEndpoint } from '#core/endpoint';
import { ROWS } from '#core/listing';
import type { Plugins } from '#core/plugin';
import { Anything, Id, listed, MapOf, Paging, parseDate, Text } from '#core/schema';
import type { Page } from '#core/web/page';
import type { Accounts } from './account-service.ts';
import type { adminApi } from './api/admin.ts';
import * as ledger from './balance-schema.ts';
import type { Balances } from './balance-service.ts';
import { clientSection } from './contract.ts';
import * as history from './history-schema.ts';
import * as wire from './schema.ts';
import { clientAt, nameOf, rightsOf } from './staff-pages.ts';
import type { Clients } from './service.ts';
import type { Keeping } from './staff-service.ts';
import type { Story } from './story.ts';

interface Needs {
  readonly clients: Clients;
  readonly keeping: Keeping;
  readonly accounts: Accounts;
  readonly balances: Balances;
  readonly story: Story;
  readonly plugins: Plugins;
  readonly admin: ReturnType<typeof adminApi>;
}

const Shown = MapOf(Anything());
const OneClient = { id: Id };
/** Of each kind on the client's own page; the rest has pages of its own. */
const FEW = { page: 1, perPage: 5 };
const MOMENTS = 12;

/** One client as staff see it, and what they do there. */
export function staffClientPages(needs: Needs): readonly Page[] {
  const { clients, keeping, accounts, balances, story, plugins, admin } = needs;
  const one = adminEndpoint({
    summary: 'A client with all that belongs to it.',
    permission: 'view',
    input: Type.Object(OneClient),
    output: Shown,
    async handle(ctx, { id }) {
      const account = await clients.lookUp(ctx, { id });
      const may = rightsOf(ctx.actor);
      const sections = plugins
        .list(clientSection)
        .filter(({ module, permission }) => holds(ctx.actor.rights, module, permission))
        .toSorted((first, second) => first.order - second.order);
      return {
        client: wire.presentForStaff(account),
        name: nameOf(account),
        may,
        has_two_factor: may['change_password'] === true && (await keeping.hasTwoFactor(ctx, id)),
        sections: await Promise.all(
          sections.map(async (section) => ({
            title: section.title,
            rows: await section.load(ctx, id),
            allAt: section.allAt(id),
            newAt: section.newAt?.(id),
          })),
        ),
        lines: may['manage_balance']
          ? (await balances.list(ctx, { clientId: id }, FEW)).items.map(ledger.presentLine)
          : [],
        moments: (await story.tell(ctx, id, { before: undefined, limit: MOMENTS })).moments,
      };
    },
  });

  const money = adminEndpoint({
    summary: 'What a client paid in advance and spent.',
    permission: 'manage_balance',
    input: Type.Object({ ...OneClient, page: Paging.page }),
    output: Shown,
    async handle(ctx, { id, page }) {
      const account = await clients.lookUp(ctx, { id });
      const lines = await balances.list(ctx, { clientId: id }, { page, perPage: ROWS });
      return {
        ...listed(lines, ledger.presentLine),
        client: wire.presentForStaff(account),
        name: nameOf(account),
      };
    },
  });

  const signIns = adminEndpoint({
    summary: 'When and from where a client signed in.',
    permission: 'view_login_history',
    input: Type.Object({ ...OneClient, page: Paging.page }),
    output: Shown,
    async handle(ctx, { id, page }) {
      const account = await clients.lookUp(ctx, { id });
      const found = await accounts.listSignIns(ctx, { clientId: id }, { page, perPage: ROWS });
      return { ...listed(found, history.presentSignIn), client_id: id, name: nameOf(account) };
    },
  });

  const life = adminEndpoint({
    summary: 'All that happened to a client, the newest first.',
    permission: 'view',
    input: Type.Object({ ...OneClient, before: Type.Optional(Text({ maxLength: 40 })) }),
    output: Shown,
    async handle(ctx, { id, before }) {
      const account = await clients.lookUp(ctx, { id });
      const told = await story.tell(ctx, id, { before: before ? parseDate(before) : undefined, limit: ROWS });
      return { client_id: id, name: nameOf(account), moments: told.moments, next: told.next?.toISOString() };
    },
  });

  const form = { role: 'admin', then: clientAt } as const;
  const at = '/client/manage/:id';
  return [
    { role: 'admin', route: `GET ${at}`, endpoint: one, view: 'admin/manage' },
    { role: 'admin', route: `GET ${at}/balance`, endpoint: money, view: 'admin/balance' },
    { role: 'admin', route: `GET ${at}/logins`, endpoint: signIns, view: 'admin/logins' },
    { role: 'admin', route: `GET ${at}/story`, endpoint: life, view: 'admin/story' },
    { ...form, route: `POST ${at}/funds`, endpoint: admin.balance_add_funds, says: 'clients.booked' },
    { ...form, route: `POST ${at}/password`, endpoint: admin.change_password, says: 'clients.passwordSet' },
    { ...form, route: `POST ${at}/two-factor`, endpoint: admin.two_factor_switch_off, says: 'clients.twoFactorIsOff' },
    { ...form, route: `POST ${at}/delete`, endpoint: admin.delete, then: '/admin/client', says: 'clients.removed' },
    // Out of the panel: the client's own area is what staff want to see then.
    { ...form, route: `POST ${at}/login`, endpoint: admin.login, then: '/' },
    { role: 'admin', route: 'POST /client/balance/:id/delete', endpoint: admin.balance_delete, then: '/admin/client', says: 'clients.tookBack' },
  ]; // prettier-ignore
}
