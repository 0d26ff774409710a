import { createSecureContext } from 'node:tls';
import { Type } from '@sinclair/typebox';
import { conflict, invalidInput, type AppError } from '#core/error';
import type { GatewayConfig } from '#core/gateway';
import { CertificatesText, PrivateKeyText, readCertificates, readPrivateKey } from '#core/pem';
import { OneOf, Text, titled } from '#core/schema';
import { VendorAddress, vendorAddress } from '#core/vendor';
import { SIGN_TYPES, type SignType } from './signature.ts';

const Line = (title: string, isSecret = false) => Type.Optional(titled(title, Text({ maxLength: 255 }), isSecret));

export const QqPayConfig = Type.Object({
  mch_id: Line('Merchant number'),
  app_id: Line('Application ID, where the merchant has one'),
  api_key: Line('API key of the merchant', true),
  sign_type: Type.Optional(titled('How messages are signed (MD5)', OneOf(...SIGN_TYPES))),
  certificate: Type.Optional(titled('Certificate of the merchant, PEM; for refunds', CertificatesText)),
  private_key: Type.Optional(titled('Its private key, PEM', PrivateKeyText, true)),
  p12: Type.Optional(titled('Or both in one PKCS #12 file, as base64', Text(), true)),
  p12_password: Line('Password of that file (the merchant number)', true),
  operator: Line('Operator who pays back (the merchant number)'),
  operator_password: Line('Password of the operator', true),
  endpoint: Type.Optional(VendorAddress),
  authority: Type.Optional(titled('Who issued the certificate of that address, PEM', CertificatesText)),
});

/** Who we are to QQ wallet: the configuration, read. */
export interface Merchant {
  readonly id: string;
  readonly appId: string | undefined;
  readonly key: string;
  readonly signType: SignType;
  readonly operator: string;
  readonly operatorPassword: string | undefined;
  /** What proves to be us where money goes back. */
  readonly identity: Identity | undefined;
  /** Of another address than QQ wallet's own. */
  readonly authority: string[] | undefined;
  readonly questions: URL;
  readonly refunds: URL;
}

export type Identity =
  { readonly cert: string; readonly key: string } | { readonly pfx: Buffer; readonly passphrase: string };

const SHORTEST_KEY = 16;

/** Throws what is wrong with the configuration. */
export function merchantOf(config: GatewayConfig): Merchant {
  const text = (name: string): string | undefined => {
    const value = config.values[name];
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
  };
  const [id, key] = [text('mch_id'), text('api_key')];
  if (id === undefined || !/^\w{1,32}$/.test(id)) throw unconfigured('the merchant number');
  if (key === undefined || key.length < SHORTEST_KEY) throw unconfigured('the API key of at least 16 characters');
  return {
    id,
    key,
    appId: text('app_id'),
    signType: SIGN_TYPES.find((one) => one === text('sign_type')) ?? 'MD5',
    operator: text('operator') ?? id,
    operatorPassword: text('operator_password'),
    identity: identityOf(text, id),
    authority: readCertificates(text('authority') ?? '')?.map(String),
    questions: vendorAddress(config, 'https://qpay.qq.com/'),
    refunds: vendorAddress(config, 'https://api.qpay.qq.com/'),
  };
}

function identityOf(text: (name: string) => string | undefined, id: string): Identity | undefined {
  const [certificate, privateKey, p12] = [text('certificate'), text('private_key'), text('p12')];
  if (certificate === undefined && privateKey === undefined) {
    if (p12 === undefined) return undefined;
    const file = { pfx: Buffer.from(p12, 'base64'), passphrase: text('p12_password') ?? id };
    // Files as old as the wallet itself are encrypted in a way that is not supported any more.
    return proven(file, 'a PKCS #12 file that opens with its password; an old one has to be converted to PEM');
  }
  const chain = readCertificates(certificate ?? '');
  const key = readPrivateKey(privateKey ?? '');
  if (chain === undefined || key === undefined) throw unconfigured('certificate and private key as PEM');
  const cert = chain.map(String).join('');
  return proven(
    { cert, key: key.export({ type: 'pkcs8', format: 'pem' }).toString() },
    'a key that fits the certificate',
  );
}

function proven(identity: Identity, what: string): Identity {
  try {
    createSecureContext(identity);
    return identity;
  } catch {
    throw unconfigured(what);
  }
}

const unconfigured = (what: string): AppError =>
  invalidInput(
    'gateway.unconfigured',
    `The "QQ wallet" payment gateway is not fully configured. Please configure ${what}`,
  );

/** What only refunds need. */
export function refunderOf(merchant: Merchant): { readonly identity: Identity; readonly password: string } {
  const { identity, operatorPassword: password } = merchant;
  if (identity === undefined || password === undefined)
    throw conflict(
      'qqpay.no_certificate',
      'QQ wallet pays back only with the certificate of the merchant and the password of an operator. Please configure both',
    );
  return { identity, password };
}
