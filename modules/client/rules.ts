import { Type } from '@sinclair/typebox';
import type { Context } from '#core/context';
import { Dict, Flag, isTruthy, List, Text } from '#core/schema';
import type { SettingStore } from '#core/settings';
import { CUSTOM_NAMES, type CustomName } from './fields.ts';

/** What staff set for clients; kept under `mod_client` (spec B4). */
export const settings = Type.Object({
  disable_signup: Type.Optional(Flag()),
  require_email_confirmation: Type.Optional(Flag()),
  auto_login_after_signup: Type.Optional(Flag(true)),
  disable_change_email: Type.Optional(Flag()),
  required: Type.Optional(List(Text(), { description: 'Fields that a visitor must fill in.' })),
  custom_fields: Type.Optional(Dict({ description: 'custom_1 to custom_20: title, active, required.' })),
});

export interface Rules {
  readonly isClosed: boolean;
  readonly needsConfirmedEmail: boolean;
  readonly signsInAfterSignUp: boolean;
  readonly isEmailFixed: boolean;
  readonly required: readonly string[];
  /** By title, as people sort. */
  readonly customFields: readonly CustomField[];
}

export interface CustomField {
  readonly name: CustomName;
  readonly title: string;
  readonly isActive: boolean;
  readonly isRequired: boolean;
}

export type ReadRules = (ctx: Context) => Promise<Rules>;

/** Forms store texts and programs store booleans, so each value is read for what it says. */
export const createRules =
  (store: SettingStore): ReadRules =>
  async (ctx) => {
    const config = await store.config(ctx, 'mod_client');
    return {
      isClosed: isOn(config['disable_signup']),
      needsConfirmedEmail: isOn(config['require_email_confirmation']),
      signsInAfterSignUp: isOn(config['auto_login_after_signup'] ?? true),
      isEmailFixed: isOn(config['disable_change_email']),
      required: entriesOf(config['required']).flatMap(([, name]) => (typeof name === 'string' ? [name] : [])),
      customFields: readCustomFields(config['custom_fields']),
    };
  };

const byTitle = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

function readCustomFields(value: unknown): CustomField[] {
  const known = new Map(entriesOf(value));
  return CUSTOM_NAMES.flatMap((name): CustomField[] => {
    const field = known.get(name);
    if (typeof field !== 'object' || field === null) return [];
    const { title, active, required } = field as Readonly<Record<string, unknown>>; // stored by staff: any shape
    return [
      {
        name,
        title: typeof title === 'string' ? title : '',
        isActive: isOn(active),
        isRequired: isOn(required),
      },
    ];
  }).sort((a, b) => byTitle.compare(a.title, b.title));
}

const entriesOf = (value: unknown): [string, unknown][] =>
  typeof value === 'object' && value !== null ? Object.entries(value) : [];

const isOn = (value: unknown): boolean =>
  typeof value === 'string' ? !/^(0|false|off|no|)$/i.test(value) : isTruthy(value);
