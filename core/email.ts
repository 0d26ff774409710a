import { invalidInput } from './error.ts';

/** An address as RFC 5321 allows it without quotes and comments; a host of one word, such as localhost, is one. */
const ADDRESS =
  /^[a-z0-9.!#$%&'*+/=?^_`{|}~\u0080-\uffff-]{1,64}@[a-z0-9\u0080-\uffff-]+(\.[a-z0-9\u0080-\uffff-]+)*$/i;
const LONGEST = 254;

export const isEmail = (text: string): boolean =>
  text.length <= LONGEST && ADDRESS.test(text) && !/^\.|\.@|\.\./.test(text);

/** Throws the contract's text (spec A13). */
export function checkEmail(text: string): void {
  if (!isEmail(text)) throw invalidInput('email.invalid', 'Email address is invalid');
}
