import { invalidInput } from '#core/error';
import type { Settings } from '#core/product';
import { isTruthy } from '#core/schema';
import type { Field } from './contract.ts';
import { decodeDefault, decodeOptions, encode } from './value.ts';

/** What a visitor may put into the cart, field by field (commerce spec 6.4). */
export function checkAnswers(fields: readonly Field[], answers: Settings): void {
  for (const field of fields) {
    const answer = answerOf(field, answers);
    if (field.isRequired === true && isEmpty(answer))
      throw invalidInput(
        'formbuilder.answer_missing',
        `You must fill in all required fields. ${field.label} is missing`,
      );
    if (field.isReadonly === true && !isSame(answer, decodeDefault(field.defaultValue)))
      throw invalidInput(
        'formbuilder.answer_readonly',
        `Field ${field.label} is read only. You cannot change its value`,
      );
    if (field.type === 'url' && !isEmpty(answer) && !isUrl(answer))
      throw invalidInput(
        'formbuilder.answer_url',
        `Field ${field.label} must be a valid URL with a TLD (e.g., https://example.com)`,
      );
  }
}

/** What staff may make of the configuration of an order. */
export function checkConfig(fields: readonly Field[], config: Settings): void {
  for (const field of fields) {
    const value = answerOf(field, config);
    const isThere = value !== undefined && value !== null && value !== '' && !isEmptyList(value);
    if (!isThere) {
      if (field.isRequired === true)
        throw invalidInput('formbuilder.config_missing', `Field "${field.label}" is required`);
    } else if (field.type === 'select' || field.type === 'radio') {
      const options = decodeOptions(field.options);
      if (!offers([...Object.keys(options), ...Object.values(options)], value))
        throw invalidInput('formbuilder.config_choice', `Invalid value for field "${field.label}"`);
    } else if (field.type === 'checkbox' && typeof value === 'object') {
      const options = Object.values(decodeOptions(field.options));
      if (!Object.values(value).every((item) => offers(options, item)))
        throw invalidInput('formbuilder.config_choices', `Invalid value for field "${field.label}"`);
    }
  }
}

/** A field may be called `constructor`. */
const answerOf = ({ name }: Field, answers: Settings): unknown =>
  Object.hasOwn(answers, name) ? answers[name] : undefined;

/** As PHP has it: `"0"` is empty. */
const isEmpty = (value: unknown): boolean => !isTruthy(value) || isEmptyList(value);
const isEmptyList = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;

/** `5` and `"5"` are the same, and nothing is the same as an empty text. */
function isSame(a: unknown, b: unknown): boolean {
  const [left, right] = [encode(a) ?? '', encode(b) ?? ''];
  return left === right || (isNumeric(left) && isNumeric(right) && Number(left) === Number(right));
}
const isNumeric = (text: string): boolean => /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(text);

const offers = (options: readonly unknown[], value: unknown): boolean =>
  typeof value !== 'object' && options.some((option) => encode(option) === encode(value));

const SCHEMES = ['http:', 'https:', 'ftp:', 'sftp:'];

/** With a host that ends in two letters or more, and of a scheme that only leads somewhere. */
function isUrl(value: unknown): boolean {
  if (typeof value !== 'string' || !/^[a-z]+:\/\/[\x21-\x7e]+$/i.test(value) || !URL.canParse(value)) return false;
  const { protocol, hostname } = new URL(value);
  return SCHEMES.includes(protocol) && /[^.]\.[a-z]{2,}$/i.test(hostname);
}
