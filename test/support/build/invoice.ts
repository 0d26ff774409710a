import { admin, type TestApp } from '../app.ts';
import { buildClient } from './sale.ts';

/** An invoice on the wire, as far as tests look at it. */
export interface ShownInvoice {
  readonly id: number;
  readonly hash: string;
  readonly serie_nr: string;
  readonly status: string;
  readonly approved: boolean;
  readonly subtotal: number;
  readonly tax: number;
  readonly total: number;
  readonly credit: number;
  readonly income: number;
  readonly notes: string | null;
  readonly taxrate: string | null;
  readonly due_at: string | null;
  readonly paid_at: string | null;
  readonly lines: readonly {
    id: number;
    title: string;
    price: number;
    quantity: number;
    status: string;
    charged: number;
    total: number;
    type: string;
    task: string;
  }[];
}

/** A client who pays in dollars. */
export const buildPayer = (app: TestApp, fields: object = {}): Promise<number> =>
  buildClient(app, { currency: 'USD', ...fields });

/** An approved invoice over 10.00 unless told otherwise. */
export async function buildInvoice(
  app: TestApp,
  {
    clientId,
    items = [{ title: 'Work', price: 10 }],
    ...fields
  }: { clientId?: number; items?: object[] } & Record<string, unknown> = {},
): Promise<number> {
  const client_id = clientId ?? (await buildPayer(app));
  return Number(await app.call(admin, 'invoice/prepare', { client_id, items, approve: 1, ...fields }));
}

export const invoiceOf = (app: TestApp, id: number): Promise<ShownInvoice> => app.call(admin, 'invoice/get', { id });

/** The first gateway is `Custom`, the second is switched off and so needs no transaction id. */
export const pay = (app: TestApp, id: number, fields: object = {}): Promise<unknown> =>
  app.call(admin, 'invoice/mark_as_paid', { id, gateway_id: 2, ...fields });

export const addFunds = (app: TestApp, id: number, amount: number | string): Promise<unknown> =>
  app.call(admin, 'client/balance_add_funds', { id, amount, description: 'Funds' });

/** From the sum of the ledger. */
export async function balanceOf(app: TestApp, id: number): Promise<number> {
  const { balance } = await app.call<{ balance: number }>(admin, 'client/get', { id });
  return balance;
}
