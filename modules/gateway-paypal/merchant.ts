import { rootCertificates } from 'node:tls';
import { X509Certificate } from 'node:crypto';
import { Type } from '@sinclair/typebox';
import { invalidInput, type AppError } from '#core/error';
import type { GatewayConfig } from '#core/gateway';
import { CertificatesText, readCertificates } from '#core/pem';
import { OneOf, Text, titled } from '#core/schema';
import { VendorAddress, vendorAddress } from '#core/vendor';
import { CURRENCIES, type PayPalCurrency } from './charge.ts';

const Line = (title: string, isSecret = false) => Type.Optional(titled(title, Text({ maxLength: 255 }), isSecret));

/** What staff set, from the pages for developers of PayPal. */
export const PayPalConfig = Type.Object({
  client_id: Line('Client ID of the app'),
  client_secret: Line('Secret of the app', true),
  webhook_id: Line('ID of the webhook that leads to the address of notifications'),
  currency: Type.Optional(
    titled('Currency to charge in, converted (blank: that of the invoice)', OneOf('', ...CURRENCIES)),
  ),
  brand: Line('Name of the shop on the pages of PayPal'),
  endpoint: Type.Optional(VendorAddress),
  authority: Type.Optional(titled('Who issued the certificates of webhooks of that address, PEM', CertificatesText)),
});

/** The shop as PayPal knows it. */
export interface Merchant {
  readonly gatewayId: number;
  readonly clientId: string;
  readonly secret: string;
  readonly webhookId: string;
  readonly currency: PayPalCurrency | undefined;
  readonly brand: string | undefined;
  readonly base: URL;
  /** Where certificates of webhooks may come from, and who may have issued them. */
  readonly certificateOrigins: readonly string[];
  readonly authorities: () => readonly X509Certificate[];
}

const LIVE = ['https://api-m.paypal.com', 'https://api.paypal.com'] as const;
const SANDBOX = ['https://api-m.sandbox.paypal.com', 'https://api.sandbox.paypal.com'] as const;

/** Throws what is wrong with the configuration. */
export function merchantOf(config: GatewayConfig): Merchant {
  const text = (name: string): string | undefined => {
    const value = config.values[name];
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
  };
  const [clientId, secret, webhookId] = [text('client_id'), text('client_secret'), text('webhook_id')];
  if (clientId === undefined || !/^[\w-]{8,255}$/.test(clientId)) throw unconfigured('the client ID');
  if (secret === undefined) throw unconfigured('the secret');
  if (webhookId === undefined || !/^[A-Za-z0-9]{1,50}$/.test(webhookId)) throw unconfigured('the ID of the webhook');
  const own = config.isTest ? SANDBOX : LIVE;
  const base = vendorAddress(config, own[0]);
  const isOwn = base.origin === own[0];
  const authority = isOwn ? undefined : readCertificates(text('authority') ?? '');
  return {
    gatewayId: config.gatewayId,
    clientId,
    secret,
    webhookId,
    base,
    currency: CURRENCIES.find((one) => one === text('currency')),
    brand: text('brand'),
    certificateOrigins: isOwn ? own : [base.origin],
    authorities: () => authority ?? publicAuthorities(),
  };
}

let known: readonly X509Certificate[] | undefined;

/** Those that node trusts, read when they are first needed. */
const publicAuthorities = (): readonly X509Certificate[] =>
  (known ??= rootCertificates.map((pem) => new X509Certificate(pem)));

const unconfigured = (what: string): AppError =>
  invalidInput(
    'gateway.unconfigured',
    `The "PayPal" payment gateway is not fully configured. Please configure ${what}`,
  );
