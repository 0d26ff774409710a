import { echo, on } from '#core/listener';
import { defineModule } from '#core/module';
import { clientProfileChanged, clientService, clientUpdated } from '#modules/client/contract';
import { orderService } from '#modules/order/contract';
import { adminApi } from './api/admin.ts';
import { clientApi } from './api/client.ts';
import { guestApi } from './api/guest.ts';
import { CHECK_NUMBERS } from './check.ts';
import { licenseBeingReset, licenseReset } from './contract.ts';
import { licenseDemo } from './demo.ts';
import { letters } from './mail.ts';
import { migrations } from './migrations/index.ts';
import { licensePages } from './pages.ts';
import { licenseProduct } from './product.ts';
import { createLicenses } from './service.ts';

export const servicelicense = defineModule({
  name: 'servicelicense',
  title: 'License',
  version: '1.0.0',
  description: 'Sells licenses of software and answers where they may be used.',
  isEssential: true,
  uses: { clients: clientService, orders: orderService },
  permissions: { manage: 'Change and reset the licenses of clients.' },
  tables: ['service_license'],
  migrations,
  folder: new URL('.', import.meta.url),

  setup({ clients, orders }, { plugins, secrets }) {
    const licenses = createLicenses({ orders, clients, plugins, secrets });
    const client = clientApi(licenses);
    return {
      api: { guest: guestApi(licenses), client, admin: adminApi(licenses) },
      pages: licensePages({ licenses, orders, client }),
      errorNumbers: CHECK_NUMBERS,
      productTypes: [licenseProduct(licenses, licenseDemo({ clients, secrets }))],
      listeners: [
        on(clientUpdated, 'rename', (ctx, { clientId }) => licenses.rename(ctx, clientId)),
        on(clientProfileChanged, 'rename_own', (ctx, { clientId }) => licenses.rename(ctx, clientId)),
      ],
      // Under the names and with the words of the contract, where lists are text (commerce spec 10).
      echoes: [
        echo(licenseBeingReset, 'onBeforeServicelicenseReset', ({ id, clientId, ips, hosts, paths, versions }) => ({
          id,
          ips: JSON.stringify(ips),
          hosts: JSON.stringify(hosts),
          paths: JSON.stringify(paths),
          versions: JSON.stringify(versions),
          client_id: clientId,
        })),
        echo(licenseReset, 'onAfterServicelicenseReset', ({ id, clientId }, ctx) => ({
          id,
          client_id: clientId,
          updated_at: ctx.now,
        })),
      ],
      mails: letters({ licenses, clients, orders }),
      checks: [{ name: 'licenses follow their orders', run: (ctx) => licenses.examine(ctx) }],
    };
  },
});
