import { Type } from '@sinclair/typebox';
import { createReader, type Reader } from '#core/recent';
import { Flag, Int, isTruthy, OneOf, Text } from '#core/schema';
import type { SettingStore } from '#core/settings';

export const MODULE = 'extstars-accounts';

export const METHODS = ['alipay', 'wechat', 'wechat_h5', 'qqpay', 'paypal'] as const;
export type PayMethod = (typeof METHODS)[number];

const GatewayId = (title: string) => Type.Optional(Int({ minimum: 0, description: `Id of the gateway for ${title}.` }));

/** What staff set, kept under `mod_extstars-accounts`. */
export const settings = Type.Object({
  gateway_alipay: GatewayId('Alipay'),
  gateway_wechat: GatewayId('WeChat Pay'),
  gateway_wechat_h5: GatewayId('WeChat Pay in the phone’s browser'),
  gateway_qqpay: GatewayId('QQ wallet'),
  gateway_paypal: GatewayId('PayPal'),
  alipay_channel: Type.Optional(OneOf('web', 'qr')),
  sandbox: Type.Optional(Flag()),
  avatar_base: Type.Optional(Text({ maxLength: 255, description: 'Where pictures of donors come from.' })),
  avatar_default: Type.Optional(Text({ maxLength: 40, description: 'Picture of who has none (identicon).' })),
  avatar_size: Type.Optional(Int({ minimum: 1, maximum: 2048, description: 'Pixels (80).' })),
  avatar_hash: Type.Optional(OneOf('md5', 'sha256')),
  allow_private_callbacks: Type.Optional(Flag()),
  maintenance: Type.Optional(Flag()),
  ip_retention_days: Type.Optional(Int({ minimum: 1, maximum: 3650, description: 'Days addresses are kept (90).' })),
});

export interface Rules {
  readonly gateways: Readonly<Record<PayMethod, number | undefined>>;
  readonly alipayChannel: 'web' | 'qr';
  /** Methods without a gateway of their own go to the sandbox, and a sandbox may be used at all. */
  readonly hasSandbox: boolean;
  readonly avatar: AvatarRules;
  readonly allowsPrivateCallbacks: boolean;
  readonly isInMaintenance: boolean;
  readonly ipRetentionDays: number;
}

export interface AvatarRules {
  readonly base: string;
  readonly fallback: string;
  readonly size: number;
  readonly hash: 'md5' | 'sha256';
}

export type ReadRules = Reader<Rules>;

export const createRules = (store: SettingStore): ReadRules =>
  createReader(async (ctx) => rulesFrom(await store.config(ctx, `mod_${MODULE}`)));

function rulesFrom(config: Readonly<Record<string, unknown>>): Rules {
  const number = (name: string, fallback: number): number => {
    const value = Number(config[name] === '' ? NaN : (config[name] ?? NaN));
    return Number.isFinite(value) ? value : fallback;
  };
  const text = (name: string, fallback: string): string => {
    const value = config[name];
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : fallback;
  };
  const gateways = Object.fromEntries(
    METHODS.map((method) => [method, number(`gateway_${method}`, 0) || undefined]),
  ) as Rules['gateways'];
  return {
    gateways,
    alipayChannel: config['alipay_channel'] === 'qr' ? 'qr' : 'web',
    hasSandbox: isTruthy(config['sandbox']),
    avatar: {
      base: text('avatar_base', 'https://www.gravatar.com/avatar').replace(/\/+$/, ''),
      fallback: text('avatar_default', 'identicon'),
      size: number('avatar_size', 80),
      hash: config['avatar_hash'] === 'sha256' ? 'sha256' : 'md5',
    },
    allowsPrivateCallbacks: isTruthy(config['allow_private_callbacks']),
    isInMaintenance: isTruthy(config['maintenance']),
    ipRetentionDays: number('ip_retention_days', 90),
  };
}
