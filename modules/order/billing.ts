import type { OrderBilling } from './contract.ts';

/** Billing, once it has lent itself; a shop without invoices has none. */
export interface BillingDesk {
  current(): OrderBilling | undefined;
  billWith(billing: OrderBilling): void;
}

export function createBillingDesk(): BillingDesk {
  let lent: OrderBilling | undefined;
  return {
    current: () => lent,
    billWith: (billing) => {
      lent = billing;
    },
  };
}
