import type { Page } from '#core/web/page';
import type { clientApi } from './api/client.ts';

/** Forms of the client area that end at an invoice. */
export const accountPages = (client: ReturnType<typeof clientApi>): readonly Page[] => [
  { role: 'client', route: 'POST /balance', endpoint: client.funds_invoice, leavesFor: invoiceOf },
  { role: 'client', route: 'POST /invoice/renew/:order_id', endpoint: client.renewal_invoice, leavesFor: invoiceOf },
];

/** Both answer the hash. */
const invoiceOf = (hash: unknown): string => `/invoice/${String(hash)}`;
