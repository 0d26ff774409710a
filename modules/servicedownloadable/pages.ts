import type { Page } from '#core/web/page';
import type { adminApi } from './api/admin.ts';
import type { clientApi } from './api/client.ts';

interface Parts {
  readonly client: ReturnType<typeof clientApi>;
  readonly admin: ReturnType<typeof adminApi>;
}

/** Addresses that letters and pages link to (commerce spec 17); the answer is the file. */
export const downloadPages = ({ client, admin }: Parts): readonly Page[] => [
  { role: 'client', route: 'GET /servicedownloadable/get-file/:order_id', endpoint: client.send_file },
  { role: 'client', route: 'GET /servicedownloadable/get-file/:order_id/:file_id', endpoint: client.send_file },
  { role: 'admin', route: 'GET /servicedownloadable/get-file/:id/:file_id', endpoint: admin.send_file },
  { role: 'admin', route: 'GET /servicedownloadable/order-file/:order_id/:file_id', endpoint: admin.send_order_file },
];
