import type { Gateways } from '#core/gateway';
import type { MenuEntry, Page } from '#core/web/page';
import type { ClientService } from '#modules/client/contract';
import type { CurrencyService } from '#modules/currency/contract';
import type { adminGatewayApi } from './api/admin-gateway.ts';
import type { adminInvoiceApi } from './api/admin-invoice.ts';
import type { adminSubscriptionApi } from './api/admin-subscription.ts';
import type { adminTaxApi } from './api/admin-tax.ts';
import type { adminTransactionApi } from './api/admin-transaction.ts';
import type { PaymentService } from './contract.ts';
import type { InstalledGateways } from './gateway/service.ts';
import type { InvoiceModule } from './invoice-module.ts';
import { createOpenEditing } from './open-edit.ts';
import { gatewayMenu, gatewayPages } from './panel-gateway.ts';
import { invoiceManagePages } from './panel-invoice.ts';
import { invoiceListPages } from './panel-list.ts';
import { subscriptionMenu, subscriptionPages } from './panel-subscription.ts';
import { taxMenu, taxPages } from './panel-tax.ts';
import { transactionMenu, transactionPages } from './panel-transaction.ts';
import type { Subscriptions } from './subscription/service.ts';
import type { Transactions } from './transaction/service.ts';

/** What staff are shown of payments. */
export interface PaymentPanel {
  readonly gateways: InstalledGateways;
  readonly transactions: Transactions;
  readonly subscriptions: Subscriptions;
  readonly gatewayApi: ReturnType<typeof adminGatewayApi>;
  readonly transactionApi: ReturnType<typeof adminTransactionApi>;
  readonly subscriptionApi: ReturnType<typeof adminSubscriptionApi>;
}

interface Parts {
  readonly module: InvoiceModule;
  readonly panel: PaymentPanel;
  readonly payments: PaymentService;
  readonly clients: ClientService;
  readonly currencies: CurrencyService;
  readonly adapters: Gateways;
  readonly baseUrl: string;
  readonly invoiceApi: ReturnType<typeof adminInvoiceApi>;
  readonly taxApi: ReturnType<typeof adminTaxApi>;
}

/** The pages of money in the staff panel. */
export function panelPages(parts: Parts): readonly Page[] {
  const { module, payments, clients, currencies, adapters, baseUrl } = parts;
  const { gateways, transactions, subscriptions, gatewayApi, transactionApi, subscriptionApi } = parts.panel;
  const { invoices, editing, tasks, writeTime } = module;
  const open = createOpenEditing({ invoices, editing, tasks, balances: module.clients });
  return [
    ...invoiceListPages(module),
    ...invoiceManagePages({ module, open, gateways, transactions, payments, admin: parts.invoiceApi }),
    ...transactionPages({ transactions, gateways, writeTime, admin: transactionApi }),
    ...subscriptionPages({ subscriptions, gateways, clients, writeTime, admin: subscriptionApi }),
    ...gatewayPages({ gateways, adapters, currencies, baseUrl, admin: gatewayApi }),
    ...taxPages({ module, admin: parts.taxApi }),
  ];
}

export const panelMenu: readonly MenuEntry[] = [
  { role: 'admin', title: 'invoice.invoices', href: '/admin/invoice', order: 210, permission: 'view', group: 'sales' },
  ...transactionMenu,
  ...subscriptionMenu,
  ...gatewayMenu,
  ...taxMenu,
];
