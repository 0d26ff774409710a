import { Type, type Static } from '@sinclair/typebox';
import { compileInput, Flag, Int, List, OneOf, Or, OrNull, Text } from '#core/schema';
import { METHODS } from '../rules.ts';

/** What staff set of one app, beside its name, number and currency. */
export const AppSettings = Type.Object({
  methods: List(OneOf(...METHODS), { description: 'Ways to pay that are offered.' }),
  sell_codes: Flag(true),
  max_activations: Int({
    minimum: 0,
    maximum: 1_000_000,
    default: 1,
    description: 'Devices of a code; 0: any number.',
  }),
  allow_deactivate: Flag(true),
  max_deactivations: OrNull(Int({ minimum: 0, description: 'Releases by devices of a code; null: any number.' })),
  check_interval: Int({ minimum: 0, maximum: 86_400, default: 60, description: 'Seconds between checks of a device.' }),
  step_key_grace: Int({ minimum: 0, maximum: 86_400, default: 0, description: 'Seconds a lost answer is repeated.' }),
  key_ttl: Int({ minimum: 60, maximum: 31_536_000, default: 86_400, description: 'Seconds a signed key is good for.' }),
  reissue_on_104: Flag(),
  window_from: OneOf('payment', 'first_activation'),
  remind_days: Int({ minimum: 0, maximum: 365, default: 7 }),
  donations: Flag(true),
  donation_max: Text({ default: '100000', maxLength: 20 }),
  anonymous_name: Text({ maxLength: 64, default: '匿名' }),
  notify_url: Text({ maxLength: 1000, default: '' }),
  redirect_url: Text({ maxLength: 1000, default: '' }),
  callback_email: Flag(),
  cors_origins: Text({ maxLength: 2000, default: '*', description: '`*`, or origins with spaces between.' }),
  order_ttl: Int({ minimum: 5, maximum: 720, default: 24, description: 'Hours until an unpaid order is closed.' }),
  order_max_quantity: Int({ minimum: 1, maximum: 1000, default: 100 }),
  language: Text({ maxLength: 10, default: 'zh_CN' }),
});
export type AppSettings = Static<typeof AppSettings>;

/** As answered: an optional number is null. */
export const AppSettingsView = Type.Object({
  ...AppSettings.properties,
  max_deactivations: Or(Type.Integer()),
});

const reader = compileInput(AppSettings);
const DEFAULTS = { methods: [...METHODS], window_from: 'payment', max_deactivations: null };

/** Fills in what is not said; throws what does not fit. */
export const readSettings = (said: Readonly<Record<string, unknown>>): AppSettings =>
  reader.read({ ...DEFAULTS, ...said }) as AppSettings;

/** The same fields, each of which may be absent. */
export const SettingChanges = Object.fromEntries(
  Object.entries(AppSettings.properties).map(([name, schema]) => [name, Type.Optional(schema)]),
);
