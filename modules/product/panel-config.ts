import { Type } from '@sinclair/typebox';
import { answersOf, questionsOf, type Question } from '#core/config-form';
import type { ProductType, Settings } from '#core/product';
import { compileInput } from '#core/schema';
import type { Product } from './contract.ts';

/** What a form of staff says about the configuration of a product. */
export interface ConfigAnswers {
  readonly config: Settings;
  /** One more parameter, which the type of the product need not know. */
  readonly name: string;
  readonly value: string;
}

export interface ConfigForm {
  readonly questions: readonly Question[];
  /** Parameters that the type does not know by name. */
  readonly others: readonly { readonly key: string; readonly value: string }[];
  /** Kept by modules, such as files: not for a form. */
  readonly kept: readonly string[];
}

export function configForm({ config }: Pick<Product, 'config'>, type: ProductType | undefined): ConfigForm {
  const others = Object.entries(config).filter(([key]) => !isKnown(type, key));
  return {
    questions: questionsOf(type?.config, config),
    others: others.flatMap(([key, value]) => (isText(value) ? [{ key, value: String(value) }] : [])),
    kept: others.flatMap(([key, value]) => (isText(value) ? [] : [key])),
  };
}

/** The configuration afterwards. A parameter that is emptied goes; what no form shows stays. */
export function configured(
  { config: present }: Pick<Product, 'config'>,
  type: ProductType | undefined,
  { config: sent, name, value }: ConfigAnswers,
): Settings {
  const secrets = questionsOf(type?.config, {}).filter(({ kind }) => kind === 'password');
  const others = Object.entries(present)
    .filter(([key]) => !isKnown(type, key) || secrets.some((one) => one.key === key))
    .map(([key, old]) => [key, !isKnown(type, key) && isText(old) ? (sent[key] ?? old) : old] as const)
    .filter(([, text]) => text !== '');
  const known = type?.config && compileInput(Type.Object(type.config.properties)).read(answersOf(type.config, sent));
  const added = name.trim() === '' || isKnown(type, name.trim()) ? {} : { [name.trim()]: value };
  return { ...Object.fromEntries(others), ...known, ...added };
}

const isKnown = (type: ProductType | undefined, key: string): boolean =>
  Object.hasOwn(type?.config?.properties ?? {}, key);

const isText = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
