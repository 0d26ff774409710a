import { atomic, type Context, type Tx } from '#core/context';
import { invalidInput, notFound } from '#core/error';
import type { StaffPayment } from '#modules/order/contract';
import type { InstalledGateway, Invoice } from './contract.ts';
import { getForUpdate, type Invoices } from './service.ts';
import type { Tasks } from './tasks.ts';

interface Needs {
  readonly invoices: Invoices;
  readonly tasks: Tasks;
  readonly payments: {
    find(ctx: Context, gatewayId: number): Promise<InstalledGateway | undefined>;
    /** Keeps what staff received as a processed transaction and returns its id. */
    enterPayment(tx: Tx, invoice: Invoice, gateway: InstalledGateway, transactionId: string): Promise<number>;
  };
}

export type StaffEntry = ReturnType<typeof createStaffEntry>;

/** The gateway whose payments staff confirm. */
const BY_HAND = 'Custom';

/** Staff say that an invoice was paid (invoicing spec 6.6). No balance moves. */
export function createStaffEntry({ invoices, tasks, payments }: Needs) {
  async function checkPayment(ctx: Context, { gatewayId, transactionId }: StaffPayment): Promise<InstalledGateway> {
    if (gatewayId === undefined)
      throw invalidInput('invoice.gateway_missing', 'Payment gateway is required when marking an invoice as paid.');
    const gateway = await payments.find(ctx, gatewayId);
    if (gateway === undefined) throw notFound('invoice.gateway_unknown', 'Payment gateway not found');
    if (needsId(gateway) && !transactionId?.trim())
      throw invalidInput(
        'invoice.transaction_missing',
        'Transaction ID is required when using the Custom payment gateway.',
      );
    return gateway;
  }

  return {
    checkPayment,

    async markAsPaid(ctx: Context, id: number, sent: StaffPayment): Promise<void> {
      await atomic(ctx, async (tx) => {
        const invoice = await getForUpdate(tx, id);
        if (invoice.status === 'paid') return;
        const payment = { ...sent, gatewayId: sent.gatewayId ?? invoice.gatewayId };
        const gateway = await checkPayment(tx, payment);
        const transactionId =
          needsId(gateway) && payment.transactionId !== undefined
            ? await payments.enterPayment(tx, invoice, gateway, payment.transactionId)
            : undefined;
        await invoices.settle(tx, id, { source: 'staff', gatewayId: gateway.id, transactionId });
      });
      if (sent.runsTasks) await tasks.run(ctx, id);
    },
  };
}

const needsId = ({ code, isEnabled }: InstalledGateway): boolean => code === BY_HAND && isEnabled;
