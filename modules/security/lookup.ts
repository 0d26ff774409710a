import { isIP } from 'node:net';
import { invalidInput } from '#core/error';

export interface Address {
  readonly address: string;
  readonly type: 'IPv4' | 'IPv6';
}

export function lookUp(text: string): Address {
  const address = text.trim();
  const version = isIP(address);
  if (version === 0) throw invalidInput('security.ip', 'The provided input was not a valid IP address.');
  return { address, type: version === 4 ? 'IPv4' : 'IPv6' };
}
