import { Type } from '@sinclair/typebox';
import { holds } from '#core/actor';
import { HOUR, later } from '#core/clock';
import { adminEndpoint, Done, done, file, signedIn } from '#core/endpoint';
import { invalidInput } from '#core/error';
import { Flag, Id, List, listed, MapOf, PageOf, pageRequest, required, Text, Anything } from '#core/schema';
import type { ClientProfileService } from '../contract.ts';
import type { Accounts } from '../account-service.ts';
import * as ledger from '../balance-schema.ts';
import type { Balances } from '../balance-service.ts';
import { exportClients } from '../export.ts';
import type { Groups } from '../group-service.ts';
import * as history from '../history-schema.ts';
import * as wire from '../schema.ts';
import { identityOf } from '../sign-in.ts';
import type { Clients } from '../service.ts';
import type { Keeping } from '../staff-service.ts';

interface Services {
  readonly clients: Clients;
  readonly keeping: Keeping;
  readonly accounts: Accounts;
  readonly profiles: ClientProfileService;
  readonly balances: Balances;
  readonly groups: Groups;
  /** A time as it is written on the wire. */
  writeTime(time: Date): string;
}

/** Reset links older than this go on demand; they stopped working long before. */
const STALE_RESET_MS = 2 * HOUR;

const ofId = (message: string) => Type.Object({ id: required(message, Id) });

export const adminApi = ({ clients, keeping, accounts, profiles, balances, groups, writeTime }: Services) => ({
  get_list: adminEndpoint({
    summary: 'List clients, newest first.',
    permission: 'view',
    input: wire.ListInput,
    output: PageOf(wire.StaffClient),
    handle: async (ctx, input) =>
      listed(await clients.list(ctx, wire.toFilter(input), pageRequest(input)), wire.presentForStaff),
  }),

  get_pairs: adminEndpoint({
    summary: 'Names of clients by id, as for a choice.',
    permission: 'view',
    input: wire.PairsInput,
    output: MapOf(Type.String()),
    handle: (ctx, input) => clients.names(ctx, wire.toFilter(input), wire.toLimit(input.per_page)),
  }),

  get: adminEndpoint({
    summary: 'A client by id or e-mail address.',
    permission: 'view',
    input: Type.Object({ id: Type.Optional(Id), email: Type.Optional(Text()) }),
    output: wire.SingleClient,
    async handle(ctx, { id, email }) {
      if (id === undefined && !email) throw invalidInput('input.required', 'Client ID or email is required');
      const account = await clients.lookUp(ctx, { id, email: email?.trim().toLowerCase() });
      const mayKnow = holds(ctx.actor.rights, 'client', 'manage_api_keys');
      const token = mayKnow ? ((await profiles.tokenOf(ctx, account.client.id)) ?? null) : undefined;
      return wire.presentSingle(account, token);
    },
  }),

  login: adminEndpoint({
    summary: 'Sign in as a client, in the session of this browser.',
    permission: 'impersonate_login',
    limit: 'api_login',
    input: Type.Object({ id: required('ID required', Id), strip_admin_identity: Flag() }),
    output: wire.IdentityView,
    async handle(ctx, { id, strip_admin_identity: isOnly }) {
      const identity = wire.presentIdentity(identityOf(await keeping.impersonate(ctx, id)));
      return signedIn('client', id, identity, isOnly);
    },
  }),

  create: adminEndpoint({
    summary: 'Create a client.',
    permission: 'create',
    input: wire.CreateInput,
    output: Type.String({ description: 'The id, as text.' }),
    handle: async (ctx, input) => String(await keeping.create(ctx, wire.toNewAccount(input))),
  }),

  update: adminEndpoint({
    summary: 'Change a client: what is not sent stays as it is.',
    permission: 'edit_profile',
    input: wire.UpdateInput,
    output: Done,
    handle: (ctx, input) => done(keeping.update(ctx, input.id, wire.toChange(input))),
  }),

  two_factor_switch_off: adminEndpoint({
    summary: 'Switch off the two-factor login of a client who has lost the device and the recovery codes.',
    permission: 'change_password',
    input: Type.Object({ id: required('Id required', Id) }),
    output: Done,
    handle: (ctx, { id }) => done(keeping.switchOffTwoFactor(ctx, id)),
  }),

  change_password: adminEndpoint({
    summary: 'Give a client another password.',
    permission: 'change_password',
    input: Type.Object({
      id: required('ID required', Id),
      password: required('Password required', Text()),
      password_confirm: required('Password confirmation required', Text()),
    }),
    output: Done,
    handle: (ctx, { id, password, password_confirm }) =>
      done(keeping.changePassword(ctx, id, password, password_confirm)),
  }),

  delete: adminEndpoint({
    summary: 'Remove a client and all that belongs to it.',
    permission: 'delete',
    input: ofId('Client ID is missing'),
    output: Done,
    handle: (ctx, { id }) => done(keeping.remove(ctx, id)),
  }),

  batch_delete: adminEndpoint({
    summary: 'Remove several clients; stops at the first that is not there.',
    permission: ['bulk_delete', 'delete'],
    input: Type.Object({ ids: required('IDs were not passed', List(Id)) }),
    output: Done,
    handle: (ctx, { ids }) => done(keeping.removeAll(ctx, ids)),
  }),

  balance_get_list: adminEndpoint({
    summary: 'List what clients paid in advance and spent, newest first.',
    permission: 'manage_balance',
    input: ledger.LinesInput,
    output: PageOf(ledger.LineView),
    handle: async (ctx, input) =>
      listed(await balances.list(ctx, ledger.toLineFilter(input), pageRequest(input)), ledger.presentLine),
  }),

  balance_delete: adminEndpoint({
    summary: 'Take back a line of a balance.',
    permission: 'manage_balance',
    input: ofId('Client ID was not passed'),
    output: Done,
    handle: (ctx, { id }) => done(balances.removeLine(ctx, id)),
  }),

  balance_add_funds: adminEndpoint({
    summary: 'Add to the balance of a client, or take from it by a negative amount.',
    permission: 'manage_balance',
    input: Type.Object({
      id: required('Client ID required', Id),
      amount: required('Amount is required', Text()),
      description: required('Description is required', Text()),
      type: Text({ maxLength: 100, default: 'gift' }),
      rel_id: Type.Optional(Text({ maxLength: 20 })),
    }),
    output: Done,
    handle: (ctx, { id, amount, description, type, rel_id }) =>
      done(balances.addFunds(ctx, { clientId: id, amount, description, type, relId: rel_id })),
  }),

  batch_expire_password_reminders: adminEndpoint({
    summary: 'Remove links to set a new password that are older than two hours.',
    permission: 'delete',
    input: Type.Object({}),
    output: Done,
    handle: (ctx) => done(accounts.removeOldResets(ctx, later(ctx.now, -STALE_RESET_MS))),
  }),

  login_history_get_list: adminEndpoint({
    summary: 'List sign-ins of clients, newest first.',
    permission: 'view_login_history',
    input: history.SignInsInput,
    output: PageOf(history.SignInView),
    handle: async (ctx, input) =>
      listed(await accounts.listSignIns(ctx, history.toSignInFilter(input), pageRequest(input)), history.presentSignIn),
  }),

  get_statuses: adminEndpoint({
    summary: 'How many clients there are in each status.',
    permission: 'view',
    input: Type.Object({}),
    output: Type.Object({
      total: Type.Integer(),
      active: Type.Integer(),
      suspended: Type.Integer(),
      canceled: Type.Integer(),
    }),
    handle: (ctx) => clients.countByStatus(ctx),
  }),

  group_get_pairs: adminEndpoint({
    summary: 'Titles of client groups by id.',
    permission: 'view',
    input: Type.Object({}),
    output: MapOf(Type.String()),
    handle: (ctx) => groups.titles(ctx),
  }),

  group_create: adminEndpoint({
    summary: 'Create a client group.',
    permission: 'manage_groups',
    input: Type.Object({ title: required('Group title is missing', Text({ maxLength: 255 })) }),
    output: Type.Integer(),
    handle: (ctx, { title }) => groups.create(ctx, title),
  }),

  group_update: adminEndpoint({
    summary: 'Change the title of a client group.',
    permission: 'manage_groups',
    input: Type.Object({ id: required('Group ID is missing', Id), title: Type.Optional(Text({ maxLength: 255 })) }),
    output: Done,
    handle: (ctx, { id, title }) => done(groups.rename(ctx, id, title)),
  }),

  group_delete: adminEndpoint({
    summary: 'Remove a client group that has no clients.',
    permission: 'manage_groups',
    input: ofId('Group ID is missing'),
    output: Done,
    handle: (ctx, { id }) => done(groups.remove(ctx, id)),
  }),

  group_get: adminEndpoint({
    summary: 'A client group.',
    permission: 'manage_groups',
    input: ofId('Group ID is missing'),
    output: wire.GroupView,
    handle: async (ctx, { id }) => wire.presentGroup(await groups.get(ctx, id)),
  }),

  export_csv: adminEndpoint({
    summary: 'All clients as a CSV file.',
    permission: 'export',
    input: Type.Object({ headers: Type.Optional(List(Anything(), { description: 'Names of columns.' })) }),
    output: Type.String({ description: 'The file.' }),
    handle: async (ctx, { headers = [] }) =>
      file('clients.csv', 'text/csv; charset=utf-8', exportClients(ctx, headers, writeTime)),
  }),
});
