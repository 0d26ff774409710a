import type { KeyObject } from 'node:crypto';
import { Type } from '@sinclair/typebox';
import { invalidInput } from '#core/error';
import type { GatewayConfig } from '#core/gateway';
import {
  CertificatesText,
  PrivateKeyText,
  PublicKeyText,
  readCertificates,
  readPrivateKey,
  readPublicKey,
} from '#core/pem';
import { OneOf, Text, titled } from '#core/schema';
import { VendorAddress, vendorAddress } from '#core/vendor';

export const WAYS = ['qr', 'h5'] as const;
export type Way = (typeof WAYS)[number];

/** What staff set, from the pages of the merchant platform. One of the last two kinds of keys is enough. */
export const WechatConfig = Type.Object({
  app_id: Type.Optional(titled('App ID (wx…)', Text({ maxLength: 32 }))),
  mch_id: Type.Optional(titled('Merchant number', Text({ maxLength: 32 }))),
  serial_no: Type.Optional(titled('Serial number of the merchant certificate', Text({ maxLength: 64 }))),
  private_key: Type.Optional(titled('Private key of the merchant certificate', PrivateKeyText, true)),
  api_v3_key: Type.Optional(titled('APIv3 key, 32 characters', Text({ maxLength: 32 }), true)),
  public_key_id: Type.Optional(titled('ID of the WeChat Pay public key (PUB_KEY_ID_…)', Text({ maxLength: 64 }))),
  public_key: Type.Optional(titled('WeChat Pay public key', PublicKeyText)),
  platform_certificates: Type.Optional(titled('Platform certificates, one below the other', CertificatesText)),
  way: Type.Optional(titled('How payers meet WeChat Pay unless they choose', OneOf(...WAYS))),
  endpoint: Type.Optional(VendorAddress),
});

/** A key by which WeChat Pay proves its words, while it is good. */
export interface PlatformKey {
  readonly serial: string;
  readonly key: KeyObject;
  readonly from: Date | undefined;
  readonly until: Date | undefined;
}

/** The shop as WeChat Pay knows it. */
export interface Merchant {
  readonly appId: string;
  readonly mchId: string;
  readonly serialNo: string;
  readonly privateKey: KeyObject;
  readonly apiKey: Buffer;
  /** Several at once while WeChat Pay changes over from one to another. */
  readonly platformKeys: readonly PlatformKey[];
  readonly publicKeyId: string | undefined;
  readonly way: Way;
  readonly endpoint: URL;
}

const OWN = 'https://api.mch.weixin.qq.com';
const API_KEY_BYTES = 32;

export function merchantOf(config: GatewayConfig): Merchant {
  const textOf = (name: string): string => {
    const value = config.values[name];
    return typeof value === 'string' ? value.trim() : '';
  };
  const fitting = (name: string, pattern: RegExp, what: string): string => {
    if (!pattern.test(textOf(name))) throw unfit(what);
    return textOf(name);
  };
  const appId = fitting('app_id', /^wx\w{6,30}$/, 'the App ID');
  const mchId = fitting('mch_id', /^\d{6,32}$/, 'the merchant number');
  const serialNo = fitting('serial_no', /^[0-9a-f]{8,64}$/i, 'the serial number of the merchant certificate');
  const privateKey = readPrivateKey(textOf('private_key'));
  if (privateKey === undefined) throw unfit('the private key of the merchant certificate');
  const apiKey = Buffer.from(textOf('api_v3_key'));
  if (apiKey.length !== API_KEY_BYTES) throw unfit('the APIv3 key of 32 characters');
  const publicKeyId = textOf('public_key_id');
  const platformKeys = [
    ...publicKeyOf(publicKeyId, textOf('public_key')),
    ...certificateKeysOf(textOf('platform_certificates')),
  ];
  if (platformKeys.length === 0) throw unfit('the WeChat Pay public key with its ID, or a platform certificate');
  return {
    appId,
    mchId,
    serialNo: serialNo.toUpperCase(),
    privateKey,
    apiKey,
    platformKeys,
    publicKeyId: publicKeyId === '' ? undefined : publicKeyId,
    way: WAYS.find((way) => way === config.values['way']) ?? 'qr',
    endpoint: vendorAddress(config, OWN),
  };
}

function publicKeyOf(id: string, text: string): readonly PlatformKey[] {
  if (id === '' && text === '') return [];
  const key = readPublicKey(text);
  if (key === undefined || !/^PUB_KEY_ID_\w+$/.test(id)) throw unfit('the WeChat Pay public key together with its ID');
  return [{ serial: id, key, from: undefined, until: undefined }];
}

function certificateKeysOf(text: string): readonly PlatformKey[] {
  if (text === '') return [];
  const certificates = readCertificates(text);
  if (certificates === undefined) throw unfit('platform certificates that can be read');
  return certificates.map((one) => ({
    serial: plainSerial(one.serialNumber),
    key: one.publicKey,
    from: new Date(one.validFrom),
    until: new Date(one.validTo),
  }));
}

/** Serial numbers of certificates are written with and without zeros before them, in either case. */
export const plainSerial = (serial: string): string =>
  serial.startsWith('PUB_KEY_ID_') ? serial : serial.toUpperCase().replace(/^0+/, '');

const unfit = (what: string) =>
  invalidInput(
    'gateway.unconfigured',
    `The "WeChat Pay" payment gateway is not fully configured. Please configure ${what}`,
  );
