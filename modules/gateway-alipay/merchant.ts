import type { KeyObject } from 'node:crypto';
import { Type } from '@sinclair/typebox';
import { invalidInput } from '#core/error';
import type { GatewayConfig } from '#core/gateway';
import { PrivateKeyText, PublicKeyText, readPrivateKey, readPublicKey } from '#core/pem';
import { OneOf, Text, titled } from '#core/schema';
import { VendorAddress, vendorAddress } from '#core/vendor';

export const WAYS = ['web', 'h5', 'qr'] as const;
export type Way = (typeof WAYS)[number];

/** What staff set, from the pages of the Alipay open platform. */
export const AlipayConfig = Type.Object({
  app_id: Type.Optional(titled('App ID', Text({ maxLength: 32 }))),
  private_key: Type.Optional(titled('Private key of the app (RSA2)', PrivateKeyText, true)),
  alipay_public_key: Type.Optional(titled('Public key of Alipay', PublicKeyText)),
  seller_id: Type.Optional(titled('Seller ID (2088…), when only this one is to be paid', Text({ maxLength: 28 }))),
  way: Type.Optional(titled('How payers meet Alipay unless they choose', OneOf(...WAYS))),
  endpoint: Type.Optional(VendorAddress),
});

/** The shop as Alipay knows it. */
export interface Merchant {
  readonly appId: string;
  readonly sellerId: string | undefined;
  readonly privateKey: KeyObject;
  readonly alipayKey: KeyObject;
  readonly way: Way;
  readonly endpoint: URL;
}

const OWN = 'https://openapi.alipay.com/gateway.do';
const OWN_SANDBOX = 'https://openapi-sandbox.dl.alipaydev.com/gateway.do';

export function merchantOf(config: GatewayConfig): Merchant {
  const { values, isTest } = config;
  const textOf = (name: string): string => (typeof values[name] === 'string' ? values[name].trim() : '');
  const [appId, sellerId] = [textOf('app_id'), textOf('seller_id')];
  if (!/^\d{8,32}$/.test(appId)) throw unfit('the App ID');
  if (sellerId !== '' && !/^\d{16,28}$/.test(sellerId)) throw unfit('the seller ID');
  const privateKey = readPrivateKey(textOf('private_key'));
  if (privateKey === undefined) throw unfit('the private key of the app');
  const alipayKey = readPublicKey(textOf('alipay_public_key'));
  if (alipayKey === undefined) throw unfit('the public key of Alipay');
  return {
    appId,
    sellerId: sellerId === '' ? undefined : sellerId,
    privateKey,
    alipayKey,
    way: WAYS.find((way) => way === values['way']) ?? 'web',
    endpoint: vendorAddress(config, isTest ? OWN_SANDBOX : OWN),
  };
}

const unfit = (what: string) =>
  invalidInput(
    'gateway.unconfigured',
    `The "Alipay" payment gateway is not fully configured. Please configure ${what}`,
  );
