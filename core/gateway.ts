import type { TObject } from '@sinclair/typebox';
import type { Context } from './context.ts';
import type { HttpReply } from './http/dialect.ts';
import type { Money } from './money.ts';
import type { Settings } from './product.ts';

/** One way to be paid: an adapter between the engine and somebody who takes money. */
export interface Gateway {
  /** As in `pay_gateway.gateway`: `Custom`, `Sandbox`. */
  readonly code: string;
  readonly title: string;
  readonly description?: string;
  readonly logo?: { readonly url: string; readonly height: string; readonly width: string };
  readonly takesOneTimePayments: boolean;
  readonly takesSubscriptions: boolean;
  /** Whether the page of `createPayment` may stand in a frame. */
  readonly isFrameable?: boolean;
  /** The only currencies it can take; absent: it depends on what staff set. */
  readonly currencies?: readonly string[];
  /** What staff set. Members with `secret: true` are sealed at rest and never shown again. */
  readonly config?: TObject;
  /** Refuses a configuration with which it cannot work. */
  check?(config: GatewayConfig): void;

  /** Asks for one payment. Called outside of transactions, so it may use the network; it may be called again for the same invoice. */
  createPayment(ctx: Context, request: PaymentRequest, config: GatewayConfig): Promise<PaymentPage>;
  /** Throws unless the call is from the gateway: signature, sender, age. Reads nothing into what is not proven. */
  verify?(ctx: Context, call: GatewayCall, config: GatewayConfig): Promise<void>;
  /** What a verified call says; an empty list when it says nothing about money. Without it, the gateway sends no calls. */
  receive?(ctx: Context, call: GatewayCall, config: GatewayConfig): Promise<readonly PaymentNotice[]>;
  /** What the gateway wants to hear after its call was kept; absent: 200 with the id of the transaction. */
  acknowledge?(call: GatewayCall, isAccepted: boolean): HttpReply;
  /** Asks the gateway how a payment stands; undefined when it does not know it. */
  query?(ctx: Context, payment: PaymentKey, config: GatewayConfig): Promise<PaymentNotice | undefined>;
  /** Pays back, in part or in full. `key` is the same when the call is repeated, so that it pays back once. */
  refund?(ctx: Context, refund: RefundRequest, config: GatewayConfig): Promise<PaymentNotice>;
  /** Ends a payment that was asked for and not made, so that it cannot be made later. */
  close?(ctx: Context, payment: PaymentKey, config: GatewayConfig): Promise<void>;
  cancelSubscription?(ctx: Context, subscriptionId: string, config: GatewayConfig): Promise<void>;
  cancelSubscriptionAtPeriodEnd?(ctx: Context, subscriptionId: string, config: GatewayConfig): Promise<void>;
}

/** The stored settings of one installed gateway. */
export interface GatewayConfig {
  readonly gatewayId: number;
  readonly isTest: boolean;
  readonly values: Settings;
}

export interface PaymentRequest {
  /** Unique for this payment, at most 32 letters and digits: what a gateway calls the merchant's order number. */
  readonly reference: string;
  readonly invoice: PayableInvoice;
  /** What is to be paid now, in the currency of the invoice. */
  readonly amount: Money;
  /** Set when the payer agrees to pay again each period. */
  readonly subscription: { readonly period: string } | undefined;
  /** How the payer meets the gateway where it offers several ways, such as `qr`, `web` or `h5`. */
  readonly channel: string | undefined;
  readonly payerIp: string | undefined;
  /** Send the browser on without a click where the page can. */
  readonly redirectsAtOnce: boolean;
  readonly urls: PaymentUrls;
}

/** All that a gateway may know of an invoice. */
export interface PayableInvoice {
  readonly id: number;
  /** As printed: `FOSS00007`. */
  readonly number: string;
  readonly hash: string;
  readonly title: string;
  readonly clientId: number | undefined;
  readonly isDeposit: boolean;
  readonly subtotal: Money;
  readonly tax: Money;
  readonly total: Money;
  readonly lines: readonly { readonly title: string; readonly quantity: number; readonly price: Money }[];
  readonly buyer: Readonly<Record<string, string | undefined>>;
  /** The wire form, for texts that staff write as templates. */
  readonly shown: Settings;
}

export interface PaymentUrls {
  /** Where the gateway calls. */
  readonly notify: string;
  /** The same without a query, for vendors that allow none; says nothing of the invoice. */
  readonly plainNotify: string;
  /** Where it sends the browser: after the payment, after it was given up, and through `notify`. */
  readonly back: string;
  readonly cancel: string;
  readonly redirect: string;
  readonly invoice: string;
  readonly shop: string;
}

/** What the payer is shown. */
export type PaymentPage =
  | { readonly kind: 'html'; readonly html: string }
  /** A form that the browser posts. */
  | { readonly kind: 'form'; readonly url: string; readonly fields: Readonly<Record<string, string>> }
  | { readonly kind: 'redirect'; readonly url: string }
  /** The text of a QR code. */
  | { readonly kind: 'code'; readonly text: string };

/** A call of the gateway, or what stands for one. */
export interface GatewayCall {
  /** `ipn` from outside, `admin` when staff enter a payment, `client` when the payer confirms one. */
  readonly source: 'ipn' | 'admin' | 'client';
  readonly method: string;
  readonly query: Settings;
  /** A form or JSON body as an object. */
  readonly body: Settings;
  /** The body as it came, for signatures. */
  readonly raw: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Of the transaction that keeps this call. */
  readonly transactionId: number | undefined;
  readonly invoiceId: number | undefined;
}

/** What a gateway says about money, once. */
export interface PaymentNotice {
  readonly kind: 'payment' | 'refund' | 'subscription_start' | 'subscription_end';
  /** Unique at this gateway: the same payment twice has the same id. */
  readonly externalId: string;
  readonly status: 'succeeded' | 'pending' | 'failed';
  /** The gateway's own word for it. */
  readonly rawStatus?: string;
  readonly amount?: Money;
  /** The reference of the request it answers. */
  readonly reference?: string;
  readonly invoiceId?: number;
  readonly subscriptionId?: string;
  readonly period?: string;
  readonly note?: string;
}

export interface PaymentKey {
  readonly reference: string;
  readonly externalId: string | undefined;
}

export interface RefundRequest extends PaymentKey {
  readonly amount: Money;
  /** Of the whole payment. */
  readonly paid: Money;
  readonly key: string;
  readonly reason: string | undefined;
  /** Where the gateway calls once the money went back; without a query. */
  readonly plainNotify: string;
}

export const gateway = <G extends Gateway>(adapter: G): G => adapter;

/** Looks among the adapters of active modules. */
export interface Gateways {
  find(code: string): Gateway | undefined;
  list(): readonly Gateway[];
}

export function createGateways(
  active: () => readonly { contributions: { gateways?: readonly Gateway[] } }[],
): Gateways {
  const list = (): readonly Gateway[] => active().flatMap(({ contributions }) => contributions.gateways ?? []);
  return { list, find: (code) => list().find((adapter) => adapter.code === code) };
}
