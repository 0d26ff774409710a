import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** One way to write an IP address; undefined for what is none. An IPv4 address within IPv6 is the IPv4 address. */
export function canonical(text: string): string | undefined {
  const plain = text.trim().replace(/^::ffff:(?=\d+\.)/i, '');
  if (isIPv4(plain)) return plain;
  return isIPv6(plain) ? new URL(`http://[${plain.replace(/%.*$/, '')}]`).hostname.slice(1, -1) : undefined;
}

/** The lines of a text or the items of a list, as staff or a form send them. */
export const readLines = (value: unknown): string[] => {
  const lines = typeof value === 'string' ? value.split(/[\s,]+/) : listOf(value);
  return lines.map((line) => line.trim()).filter((line) => line !== '');
};

const listOf = (value: unknown): string[] =>
  typeof value === 'object' && value !== null
    ? Object.values(value).filter((item): item is string => typeof item === 'string')
    : [];

/** Whether an address is one of these, or in one of these networks (`10.0.0.0/8`, `2001:db8::/32`). What is neither is left out. */
export function addressMatcher(entries: readonly string[]): (ip: string) => boolean {
  const known = new BlockList();
  for (const entry of entries) {
    const [text = '', bits] = entry.split('/', 2);
    const address = canonical(text);
    if (address === undefined) continue;
    const size = isIPv4(address) ? 32 : 128;
    if (bits === undefined) known.addAddress(address, familyOf(address));
    else if (/^\d{1,3}$/.test(bits) && Number(bits) <= size) known.addSubnet(address, Number(bits), familyOf(address));
  }
  return (ip) => {
    const address = canonical(ip);
    return address !== undefined && known.check(address, familyOf(address));
  };
}

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIPv4(address) ? 'ipv4' : 'ipv6');
