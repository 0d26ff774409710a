import proxyAddr from 'proxy-addr';
import type { Peer } from './adapter.ts';

/** Without trusted proxies the connection is all that is believed. */
export function createPeer(trustedProxies: readonly string[]): Peer {
  const plain = (address: string | undefined): string => (address ?? '').replace(/^::ffff:/, '');
  if (trustedProxies.length === 0)
    return (req) => ({ ip: plain(req.socket.remoteAddress), isSecure: 'encrypted' in req.socket });
  const trust = proxyAddr.compile([...trustedProxies]);
  return (req) => {
    const isTrusted = trust(req.socket.remoteAddress ?? '', 0);
    const proto = isTrusted
      ? String(req.headers['x-forwarded-proto'] ?? '')
          .split(',')[0]
          ?.trim()
      : undefined;
    return { ip: plain(proxyAddr(req, trust)), isSecure: proto === 'https' };
  };
}
