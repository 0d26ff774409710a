import { hash } from 'node:crypto';

/** Of tokens and step keys, which are random and long, and of device ids, which are only looked up. */
export const hashOf = (text: string): string => hash('sha256', text, 'base64url');
export const hexHashOf = (text: string): string => hash('sha256', text, 'hex');
