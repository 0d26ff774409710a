import { wireFormat } from '#core/http/wire-format';
import { conflict } from '#core/error';
import { before } from '#core/listener';
import { defineModule } from '#core/module';
import { provide } from '#core/service';
import { phrasesOf } from '#core/web/phrase';
import { currencyBeingRemoved } from '#modules/currency/contract';
import { twoFactorService } from '#modules/two-factor/contract';
import { createAccounts } from './account-service.ts';
import { adminApi } from './api/admin.ts';
import { clientApi } from './api/client.ts';
import { guestApi } from './api/guest.ts';
import * as ledger from './balance-repository.ts';
import { createBalances } from './balance-service.ts';
import { clientService } from './contract.ts';
import { createGroups } from './group-service.ts';
import { createLinks } from './links.ts';
import { clientDemo } from './demo.ts';
import { letters } from './mail.ts';
import { linkPages } from './pages.ts';
import { balancePages, clientMenu } from './balance-pages.ts';
import { signUpPages } from './sign-up-pages.ts';
import { clientSearch, clientWidgets } from './overview.ts';
import { migrations } from './migrations/index.ts';
import { createNewcomers } from './newcomer-service.ts';
import { createProfiles } from './profile-service.ts';
import { createRules, settings } from './rules.ts';
import { createClients } from './service.ts';
import { createSignIns } from './sign-in.ts';
import { clientSignIn } from './sign-in-pages.ts';
import { staffClientPages } from './staff-page.ts';
import { staffMenu, staffPages } from './staff-pages.ts';
import { createKeeping } from './staff-service.ts';
import { createStory } from './story.ts';

const FOLDER = new URL('.', import.meta.url);

export const client = defineModule({
  name: 'client',
  title: 'Clients',
  version: '1.0.0',
  description: 'Those who buy: their accounts, groups and balances.',
  isEssential: true,
  uses: { twoFactor: twoFactorService },
  settings,
  permissions: {
    view: 'See clients.',
    create: 'Create clients.',
    edit_profile: 'Change the data of clients.',
    impersonate_login: 'Sign in as a client.',
    manage_api_keys: 'See and replace the API keys of clients.',
    change_password: 'Change the passwords of clients.',
    manage_balance: 'See and change the balances of clients.',
    view_login_history: 'See when and from where clients signed in.',
    manage_groups: 'Create, change and remove client groups.',
    delete: 'Remove clients.',
    bulk_delete: 'Remove several clients at once.',
    export: 'Export clients to a file.',
    manage_settings: 'Change the settings of this module.',
  },
  tables: [
    'client_group',
    'client',
    'client_balance',
    'client_password_reset',
    'client_email_confirmation',
    'activity_client_history',
  ],
  migrations,
  folder: FOLDER,

  setup({ twoFactor }, toolbox) {
    const readRules = createRules(toolbox.settings);
    const links = createLinks(toolbox.secrets);
    const clients = createClients(readRules);
    const keeping = createKeeping({ ...toolbox, twoFactor }, links);
    const accounts = createAccounts(toolbox, readRules, links);
    const signIns = createSignIns(toolbox.secrets, twoFactor);
    const profiles = createProfiles(toolbox, readRules, links);
    const newcomers = createNewcomers(readRules, links);
    const balances = createBalances(toolbox.settings);
    const groups = createGroups();
    const story = createStory(toolbox.plugins, phrasesOf(FOLDER));
    const guest = guestApi({ accounts, signIns, readRules });
    const toJson = wireFormat(toolbox.config.timeZone);
    const writeTime = (time: Date): string => JSON.parse(toJson(time)) as string;
    const admin = adminApi({ clients, keeping, accounts, profiles, balances, groups, writeTime });
    return {
      provides: provide(clientService, { ...clients, ...profiles, ...balances, ...newcomers }),
      api: {
        guest,
        client: clientApi({ accounts, balances }),
        admin,
      },
      errorNumbers: { 'client.bad_login': 401 },
      pages: [
        ...linkPages(accounts, guest),
        ...signUpPages(guest, readRules),
        ...balancePages(balances),
        ...staffPages({ clients, groups, readRules, admin }),
        ...staffClientPages({ clients, keeping, accounts, balances, story, plugins: toolbox.plugins, admin }),
      ],
      menu: [...clientMenu, ...staffMenu],
      search: clientSearch,
      widgets: clientWidgets,
      signIn: clientSignIn(signIns),
      mails: letters(clients, links),
      jobs: [{ name: 'purge', schedule: '17 * * * *', cron: { order: 110 }, run: (ctx) => accounts.purge(ctx) }],
      authenticators: [accounts.authenticator],
      hooks: [
        before(currencyBeingRemoved, async (tx, { code }) => {
          if (await ledger.existsInCurrency(tx.db, code))
            throw conflict('client.currency_kept', 'Cannot remove a currency that balances of clients are kept in.');
        }),
      ],
      checks: [{ name: 'balances add up', run: (ctx) => balances.examine(ctx) }],
      demo: clientDemo,
    };
  },
});
