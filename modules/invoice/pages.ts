import { Type } from '@sinclair/typebox';
import type { Context } from '#core/context';
import { clientEndpoint, file, guestEndpoint, ofVisit, type Endpoint, type Visit } from '#core/endpoint';
import { notFound } from '#core/error';
import type { PolicyName } from '#core/http/limit';
import { toNumber } from '#core/money';
import { qrPicture } from '#core/qr';
import { Anything, Id, MapOf, pageRequest, Paging, Text, Truthy } from '#core/schema';
import type { Secrets } from '#core/secret';
import type { MenuEntry, Page } from '#core/web/page';
import type { Invoice, InstalledGateway, PaymentService, StartedPayment } from './contract.ts';
import { isPayable } from './document.ts';
import type { Documents } from './documents.ts';
import type { InvoiceModule } from './invoice-module.ts';
import type { InvoiceDocument } from './pdf/document.ts';
import type { ReadForVisit } from './reading.ts';
import * as invoices from './repository.ts';
import type { Rules } from './rules.ts';
import { serieNrOf } from './schema.ts';
import { isDeposit, unknownInvoice } from './service.ts';
import { totalsOf } from './totals.ts';

interface Needs {
  readonly module: Pick<InvoiceModule, 'list' | 'rules'>;
  readonly documents: Documents;
  readonly payments: PaymentService;
  readonly read: ReadForVisit;
  readonly secrets: Secrets;
  /** The PDF, as the API gives it. */
  readonly pdf: Endpoint;
}

const Hash = Text({ maxLength: 191 });
const Sealed = Text({ maxLength: 4000 });
/** How the payer meets the gateway: `qr` is a code where it has one. */
const Channel = Type.Optional(Text({ maxLength: 32 }));
const CODE = 'invoice.code';
const Shown = MapOf(Anything());
const PER_PAGE = 20;

/** Invoices in the browser (invoicing spec 14). Who may not see one is sent to the list of the own ones. */
export function invoicePages({ module, documents, payments, read, pdf, secrets }: Needs): readonly Page[] {
  const look = (ctx: Context, hash: string, visit: Visit, policies = GET): Promise<Invoice> =>
    read(ctx, { hash, visit, policies, unknown: unknownInvoice });

  const list = clientEndpoint({
    summary: 'Own invoices.',
    input: Type.Object({ page: Paging.page }),
    output: Shown,
    async handle(ctx, { page }) {
      const request = pageRequest({ page, per_page: PER_PAGE });
      const found = await module.list(ctx, { clientId: ctx.actor.id, isApproved: true }, request);
      const rules = await module.rules(ctx);
      const list = found.items.map((invoice) => rowOf(invoice, rules));
      return { list, page, pages: Math.ceil(found.total / PER_PAGE), total: found.total };
    },
  });

  const view = guestEndpoint({
    summary: 'An invoice and the ways to pay it.',
    input: Type.Object({ hash: Hash, status: Type.Optional(Text({ maxLength: 32 })) }),
    output: Shown,
    handle: (ctx, { hash, status }) =>
      Promise.resolve(
        ofVisit(async (visit) => {
          const seen = await look(ctx, hash, visit);
          const invoice = status === 'ok' ? await refreshed(ctx, seen) : seen;
          const gateways = isPayable(invoice) ? await payments.listEnabled(ctx) : [];
          return {
            ...shownOf(await documents.documentFor(ctx, invoice), invoice),
            gateways: gateways.filter((gateway) => takes(gateway, invoice)).map(({ id, title }) => ({ id, title })),
            outcome: outcomeOf(invoice, status),
          };
        }),
      ),
  });

  const print = guestEndpoint({
    summary: 'An invoice, to be printed.',
    input: Type.Object({ hash: Hash }),
    output: Shown,
    handle: (ctx, { hash }) =>
      Promise.resolve(
        ofVisit(async (visit) => {
          const invoice = await look(ctx, hash, visit);
          return { ...shownOf(await documents.documentFor(ctx, invoice), invoice), isPrinted: true };
        }),
      ),
  });

  const pay = guestEndpoint({
    summary: 'On the way to a gateway.',
    input: Type.Object({ hash: Hash, gateway: Id, allow_subscription: Truthy(true), channel: Channel }),
    output: Shown,
    handle: (ctx, { hash, gateway, allow_subscription, channel }) =>
      Promise.resolve(
        ofVisit(async (visit) => {
          const invoice = await look(ctx, hash, visit, PAY);
          const options = {
            gatewayId: gateway,
            allowsSubscription: allow_subscription,
            redirectsAtOnce: true,
            channel,
          };
          const started = await payments.start(ctx, invoice, options);
          const to = (await payments.find(ctx, gateway))?.title ?? '';
          const document = shownOf(await documents.documentFor(ctx, invoice), invoice);
          return { ...document, page: started.page, to, ...codeOf(started.page) };
        }),
      ),
  });

  const waiting = guestEndpoint({
    summary: 'The code to pay by, until the payment has arrived.',
    input: Type.Object({ hash: Hash, of: Sealed }),
    output: Shown,
    handle: (ctx, { hash, of }) =>
      Promise.resolve(
        ofVisit(async (visit) => {
          const text = opened(of);
          const invoice = await refreshed(ctx, await look(ctx, hash, visit));
          const document = shownOf(await documents.documentFor(ctx, invoice), invoice);
          return { ...document, page: { kind: 'code', text }, to: '', of };
        }),
      ),
  });

  const picture = guestEndpoint({
    summary: 'The code to pay by, as a picture.',
    input: Type.Object({ of: Sealed }),
    output: Type.String(),
    handle: async (_ctx, { of }) => file('code.png', 'image/png', await qrPicture(opened(of))),
  });

  /** Sealed, so that nobody has a picture drawn that we did not mean. */
  function codeOf(page: StartedPayment['page']): { of?: string } {
    return page.kind === 'code' ? { of: secrets.seal(CODE, page.text) } : {};
  }

  function opened(of: string): string {
    try {
      return secrets.open(CODE, of);
    } catch {
      throw notFound('invoice.no_code', 'This code to pay by is not ours.');
    }
  }

  const thanks = guestEndpoint({
    summary: 'After a payment.',
    input: Type.Object({ hash: Hash }),
    output: Shown,
    handle: (ctx, { hash }) =>
      Promise.resolve(
        ofVisit(async (visit) => {
          const invoice = await refreshed(ctx, await look(ctx, hash, visit));
          return {
            ...shownOf(await documents.documentFor(ctx, invoice), invoice),
            outcome: outcomeOf(invoice, 'ok'),
          };
        }),
      ),
  });

  /** What the gateway says now, as its own word may still be on its way. */
  async function refreshed(ctx: Context, invoice: Invoice): Promise<Invoice> {
    if (invoice.status !== 'unpaid' || !(await payments.refresh(ctx, invoice.id))) return invoice;
    return (await invoices.findById(ctx.db, invoice.id)) ?? invoice;
  }

  const shared = { role: 'guest', otherwise: '/invoice' } as const;
  return [
    { role: 'client', route: 'GET /invoice', endpoint: list, view: 'client/invoices' },
    { ...shared, route: 'GET /invoice/:hash', endpoint: view, view: 'client/invoice' },
    { ...shared, route: 'GET /invoice/print/:hash', endpoint: print, view: 'client/invoice' },
    { ...shared, route: 'GET /invoice/pdf/:hash', endpoint: pdf },
    { ...shared, route: 'GET /invoice/picture', endpoint: picture },
    {
      ...shared,
      route: 'GET /invoice/waiting/:hash',
      endpoint: waiting,
      view: 'client/pay',
      leavesFor: (result) => (statusIn(result) === 'unpaid' ? undefined : `/invoice/thank-you/${hashIn(result)}`),
    },
    { ...shared, route: 'GET /invoice/thank-you/:hash', endpoint: thanks, view: 'client/thank-you' },
    {
      ...shared,
      route: 'GET /invoice/banklink/:hash/:gateway',
      endpoint: pay,
      view: 'client/pay',
      leavesFor: (result) => (pageOf(result).kind === 'redirect' ? addressOf(result) : undefined),
      formsTo: (result) => (pageOf(result).kind === 'form' ? new URL(addressOf(result)).origin : undefined),
    },
  ];
}

export const invoiceMenu: readonly MenuEntry[] = [
  { role: 'client', title: 'invoice.invoices', href: '/invoice', order: 30 },
];

const GET: readonly [PolicyName, PolicyName] = ['invoice_get_ip', 'invoice_get_hash'];
const PAY: readonly [PolicyName, PolicyName] = ['invoice_payment_ip', 'invoice_payment_hash'];

/** Money cannot be moved from a balance to the same balance. */
function takes(gateway: InstalledGateway, invoice: Invoice): boolean {
  if (!gateway.allowsSingle && !gateway.allowsRecurrent) return false;
  if (isDeposit(invoice) && gateway.code === 'ClientBalance') return false;
  return gateway.acceptedCurrencies?.includes(invoice.currency) ?? true;
}

/** Which of the page's words tells how the payment went. */
function outcomeOf({ status }: Invoice, said: string | undefined): string | undefined {
  if (status === 'paid') return said === 'ok' ? 'isPaid' : undefined;
  if (status !== 'unpaid') return undefined;
  return said === 'ok' ? 'isAwaited' : said === 'cancel' ? 'isGivenUp' : undefined;
}

const rowOf = (invoice: Invoice, rules: Rules) => ({
  hash: invoice.hash,
  number: serieNrOf(invoice, rules),
  created_at: invoice.createdAt,
  due_at: invoice.dueAt ?? null,
  total: toNumber(totalsOf(invoice).total),
  currency: invoice.currency,
  status: invoice.status,
  isPayable: isPayable(invoice),
});

function shownOf({ logo: _, ...document }: InvoiceDocument, invoice: Invoice) {
  const { hash, status } = invoice;
  return { document, hash, status, isPayable: isPayable(invoice) };
}

const pageOf = (result: unknown): StartedPayment['page'] => (result as { page: StartedPayment['page'] }).page;
function addressOf(result: unknown): string {
  const page = pageOf(result);
  return 'url' in page ? page.url : '';
}

const statusIn = (result: unknown): string => (result as { status: string }).status;
const hashIn = (result: unknown): string => (result as { hash: string }).hash;
