import { createHash } from 'node:crypto';
import type { AvatarRules } from '../rules.ts';

const LONGEST_NAME = 64;
const LONGEST_LINK = 255;

/** Pages put names into HTML as they are: nothing in one may be markup (spec 4.6). */
export const cleanName = (text: string): string =>
  [...text.replaceAll(/[\p{Cc}\p{Cf}<>]/gu, '').trim()].slice(0, LONGEST_NAME).join('').trim();

/** A web address, written so that it can stand in an attribute; undefined for anything else. */
export function cleanLink(text: string): string | undefined {
  if (text === '') return '';
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') return undefined;
  const link = url.href.replaceAll(/["'<>`\\]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  return link.length <= LONGEST_LINK ? link : undefined;
}

/** Of the address as it is compared; empty without one. */
export const avatarHash = (email: string, { hash }: AvatarRules): string =>
  email.trim() === '' ? '' : createHash(hash).update(email.trim().toLowerCase()).digest('hex');

const NOBODY = '0'.repeat(32);

export const avatarUrl = (hash: string, { base, fallback, size }: AvatarRules): string =>
  `${base}/${hash || NOBODY}?d=${fallback}&s=${size}`.replaceAll(/[^A-Za-z0-9:/?=&._%-]/g, '');
