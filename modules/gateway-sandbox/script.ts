import { Type, type Static } from '@sinclair/typebox';
import { Flag, Int, Text, titled } from '#core/schema';

/** What the sandbox does wrong: for every payment by the settings of the gateway, for one by the buttons of its page. */
export const misbehaviour = {
  delay: Type.Optional(titled('Seconds until it tells of a payment', Int({ minimum: 0, maximum: 86_400 }))),
  repeat: Type.Optional(titled('How often it tells of a payment', Int({ minimum: 1, maximum: 50 }))),
  out_of_order: Type.Optional(titled('Tell that a payment is pending after it is done', Flag())),
  wrong_amount: Type.Optional(titled('Tell of half the amount', Flag())),
  wrong_currency: Type.Optional(titled('Tell of another currency', Flag())),
  wrong_signature: Type.Optional(titled('Sign with another secret', Flag())),
};

export const SandboxConfig = Type.Object({
  secret: Type.Optional(
    titled('Secret that signs its notifications, at least 16 characters', Text({ maxLength: 255 }), true),
  ),
  ...misbehaviour,
  errors_first: Type.Optional(titled('Requests for a payment that fail first', Int({ minimum: 0, maximum: 10 }))),
  hangs: Type.Optional(titled('Never answer a request for a payment', Flag())),
});

export type Script = Partial<Static<typeof SandboxConfig>>;

/** Values that came from forms or from the database. */
export const scriptOf = (values: Readonly<Record<string, unknown>>): Script => ({
  ...numberIn(values, 'delay', 86_400),
  ...numberIn(values, 'repeat', 50),
  ...numberIn(values, 'errors_first', 10),
  ...flagIn(values, 'out_of_order'),
  ...flagIn(values, 'wrong_amount'),
  ...flagIn(values, 'wrong_currency'),
  ...flagIn(values, 'wrong_signature'),
  ...flagIn(values, 'hangs'),
});

const numberIn = (values: Readonly<Record<string, unknown>>, name: string, most: number): object => {
  const sent = values[name];
  const value = sent === undefined || sent === '' ? NaN : Number(sent);
  return Number.isSafeInteger(value) ? { [name]: Math.min(Math.max(value, 0), most) } : {};
};

const flagIn = (values: Readonly<Record<string, unknown>>, name: string): object =>
  [true, 1, '1', 'true', 'on'].includes(values[name] as never) ? { [name]: true } : {};
