import { Type, type Static } from '@sinclair/typebox';
import type { Gateway } from '#core/gateway';
import type { Settings } from '#core/product';
import { Anything, Dict, Flag, Id, List, MapOf, Or, Paging, required, Text, Truthy } from '#core/schema';
import { formOf, maskedConfig } from './config.ts';
import type { GatewayFilter, StoredGateway } from './repository.ts';
import type { GatewayChange } from './service.ts';

const Shared = {
  id: Type.Integer(),
  code: Type.String(),
  title: Type.String(),
  allow_single: Type.Integer(),
  allow_recurrent: Type.Integer(),
  accepted_currencies: Type.Array(Type.String()),
};

/** What people who pay see of a gateway (invoicing spec 12.1). */
export const GatewayView = Type.Object({
  ...Shared,
  logo: Type.Optional(Type.Object({ logo: Type.String(), height: Type.String(), width: Type.String() })),
});

/** What staff see. Secrets that are set read as a mask. */
export const GatewayAdminView = Type.Object({
  ...Shared,
  supports_one_time_payments: Type.Boolean(),
  supports_subscriptions: Type.Boolean(),
  config: MapOf(Anything()),
  form: MapOf(Anything()),
  description: Or(Type.String()),
  enabled: Type.Integer(),
  test_mode: Type.Integer(),
  callback: Type.String(),
});

export interface Shown {
  readonly stored: StoredGateway;
  readonly adapter: Gateway | undefined;
  readonly config: Settings;
}

/** `currencies`: the codes of all configured currencies, in order. */
export const presentGateway = (
  { stored, adapter }: Pick<Shown, 'stored' | 'adapter'>,
  currencies: readonly string[],
): Static<typeof GatewayView> => ({
  ...presentShared(stored, currencies),
  ...(adapter?.logo && {
    logo: { logo: adapter.logo.url, height: adapter.logo.height, width: adapter.logo.width },
  }),
});

export const presentForStaff = (
  { stored, adapter, config }: Shown,
  currencies: readonly string[],
  baseUrl: string,
): Static<typeof GatewayAdminView> => ({
  ...presentShared(stored, currencies),
  supports_one_time_payments: adapter?.takesOneTimePayments ?? false,
  supports_subscriptions: adapter?.takesSubscriptions ?? false,
  config: maskedConfig(adapter, config),
  form: formOf(adapter),
  description: adapter?.description ?? null,
  enabled: Number(stored.isEnabled),
  test_mode: Number(stored.isTest),
  callback: `${baseUrl}ipn.php?gateway_id=${stored.id}`,
});

const presentShared = (stored: StoredGateway, currencies: readonly string[]) => ({
  id: stored.id,
  code: stored.code,
  title: stored.title,
  allow_single: Number(stored.allowsSingle),
  allow_recurrent: Number(stored.allowsRecurrent),
  accepted_currencies: [...(stored.acceptedCurrencies ?? currencies)],
});

export const GatewaysInput = Type.Object({
  search: Type.Optional(Text({ maxLength: 255 })),
  enabled: Type.Optional(Text({ maxLength: 16 })),
  allow_single: Type.Optional(Text({ maxLength: 16 })),
  allow_recurrent: Type.Optional(Text({ maxLength: 16 })),
  test_mode: Type.Optional(Text({ maxLength: 16 })),
  ...Paging,
});

export const toGatewayFilter = (sent: Static<typeof GatewaysInput>): GatewayFilter => ({
  search: sent.search?.trim() || undefined,
  isEnabled: flagOf(sent.enabled),
  allowsSingle: flagOf(sent.allow_single),
  allowsRecurrent: flagOf(sent.allow_recurrent),
  isTest: flagOf(sent.test_mode),
});

/** What is no word for yes or no narrows nothing. */
const flagOf = (text: string | undefined): boolean | undefined =>
  /^(1|true|on|yes)$/i.test(text ?? '') ? true : /^(0|false|off|no)$/i.test(text ?? '') ? false : undefined;

export const OneGateway = { id: required('Gateway ID was not passed', Id) };

export const GatewayInput = Type.Object({
  ...OneGateway,
  title: Type.Optional(Text({ maxLength: 255 })),
  enabled: Type.Optional(Truthy()),
  allow_single: Type.Optional(Truthy()),
  allow_recurrent: Type.Optional(Truthy()),
  test_mode: Type.Optional(Truthy()),
  config: Type.Optional(Dict({ description: 'Takes the place of what is stored; secrets left out or masked stay.' })),
  accepted_currencies: Type.Optional(List(Text({ maxLength: 10 }), { description: 'An empty list accepts none.' })),
});

export const toGatewayChange = (sent: Static<typeof GatewayInput>): GatewayChange => ({
  title: sent.title,
  isEnabled: sent.enabled,
  allowsSingle: sent.allow_single,
  allowsRecurrent: sent.allow_recurrent,
  isTest: sent.test_mode,
  config: sent.config,
  acceptedCurrencies: sent.accepted_currencies,
});

export const PaymentInput = Type.Object({
  hash: Type.Optional(Text({ maxLength: 255 })),
  gateway_id: Type.Optional(Id),
  auto_redirect: Flag(),
  allow_subscription: Truthy(true),
  channel: Type.Optional(
    Text({ maxLength: 32, description: 'Such as `qr`, `web` or `h5`, where the gateway has several.' }),
  ),
});
