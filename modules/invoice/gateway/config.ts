import { Type, type TObject, type TSchema } from '@sinclair/typebox';
import { AppError, invalidInput, messageOf } from '#core/error';
import type { Gateway, GatewayConfig } from '#core/gateway';
import type { Settings } from '#core/product';
import { compileInput } from '#core/schema';
import type { Secrets } from '#core/secret';
import type { StoredGateway } from './repository.ts';

/** What stands for a secret that is set. Sent back, it keeps what is stored. */
export const MASK = '********';

const PURPOSE = 'pay_gateway.config';

export const openConfig = (secrets: Secrets, { sealedConfig }: StoredGateway): Settings =>
  sealedConfig === undefined ? {} : (JSON.parse(secrets.open(PURPOSE, sealedConfig)) as Settings);

export const sealConfig = (secrets: Secrets, config: Settings): string => secrets.seal(PURPOSE, JSON.stringify(config));

/** What staff may see. Of an adapter that is away nobody knows what is secret, so nothing is shown. */
export const maskedConfig = (adapter: Gateway | undefined, config: Settings): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(config).map(([name, value]) => [
      name,
      adapter !== undefined && !isSecret(adapter, name) ? value : isEmpty(value) ? value : MASK,
    ]),
  );

/** What was sent takes the place of what is stored, but for secrets that were left out or came back masked. */
export function mergedConfig(adapter: Gateway, stored: Settings, sent: Settings): Settings {
  const kept = Object.entries(stored).filter(
    ([name]) => isSecret(adapter, name) && (!Object.hasOwn(sent, name) || sent[name] === MASK),
  );
  const changed = Object.entries(sent).filter(([name, value]) => !(isSecret(adapter, name) && value === MASK));
  return readConfig(adapter, Object.fromEntries([...changed, ...kept]));
}

/** Members the adapter knows get their types; forms send text for everything. */
function readConfig({ config: schema }: Gateway, values: Settings): Settings {
  if (schema === undefined) return values;
  const open = Type.Object(schema.properties, { additionalProperties: true }) as TObject;
  const known = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== undefined));
  return compileInput(open).read(known) as Settings;
}

/** Refuses to enable what cannot work. */
export function checkConfig(adapter: Gateway, config: GatewayConfig): void {
  try {
    adapter.check?.(config);
  } catch (error) {
    if (error instanceof AppError) throw invalidInput('gateway.misconfigured', error.message);
    throw invalidInput('gateway.misconfigured', `Payment gateway configuration error: ${messageOf(error)}`);
  }
}

export type FormField = [type: string, options: Record<string, unknown>];

/** The form staff fill in, as the wire describes it (invoicing spec 12.1). */
export const formOf = (adapter: Gateway | undefined): Record<string, FormField> =>
  Object.fromEntries(
    Object.entries(adapter?.config?.properties ?? {}).map(([name, schema]) => [name, fieldOf(name, schema)]),
  );

function fieldOf(name: string, schema: TSchema): FormField {
  const { title, description } = schema;
  const choices = schema['enum'] as unknown;
  const options = {
    label: title ?? description ?? name,
    ...(title !== undefined && description !== undefined && { description }),
    ...(Array.isArray(choices) && {
      multiOptions: Object.fromEntries(choices.map((one) => [String(one), String(one)])),
    }),
  };
  if (schema['secret'] === true) return ['password', options];
  if (Array.isArray(choices)) return ['select', options];
  if (schema['type'] === 'boolean') return ['radio', { ...options, multiOptions: { '1': 'Yes', '0': 'No' } }];
  return [schema['widget'] === 'textarea' ? 'textarea' : 'text', options];
}

const isSecret = ({ config }: Gateway, name: string): boolean => config?.properties[name]?.['secret'] === true;
const isEmpty = (value: unknown): boolean => value === '' || value === null || value === undefined;
