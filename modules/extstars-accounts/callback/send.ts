import { lookup } from 'node:dns';
import { request as overHttp, type RequestOptions } from 'node:http';
import { request as overHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { SECOND } from '#core/clock';
import { addressMatcher } from '#core/address';

const PATIENCE_MS = 5 * SECOND;

/** Where nobody outside has a receiver: this machine, its network and what leads there. */
const isInside = addressMatcher([
  '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24',
  '192.168.0.0/16', '198.18.0.0/15', '224.0.0.0/3', '::/96', '::1', '64:ff9b::/96', '64:ff9b:1::/48', '2002::/16',
  'fc00::/7', 'fe80::/10', 'fec0::/10', 'ff00::/8',
]); // prettier-ignore

/** Posts JSON, follows nothing, and answers with the status. The address is judged that is connected to, not one asked for before. */
export function postJson(
  url: URL,
  body: string,
  { allowsPrivate }: { readonly allowsPrivate: boolean },
): Promise<number> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!allowsPrivate && isIP(host) !== 0 && isInside(host)) return Promise.reject(refused());
  const judged: LookupFunction = (name, options, answer) => {
    lookup(name, { ...options, all: true }, (error, found) => {
      if (error !== null) return answer(error, '', 4);
      const allowed = found.filter(({ address }) => allowsPrivate || !isInside(address));
      const [first] = allowed;
      if (first === undefined || allowed.length < found.length) return answer(refused(), '', 4);
      if (options.all === true) return answer(null, allowed);
      answer(null, first.address, first.family);
    });
  };
  return new Promise((resolve, reject) => {
    const options: RequestOptions = {
      method: 'POST',
      lookup: judged,
      agent: false,
      signal: AbortSignal.timeout(PATIENCE_MS),
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), accept: '*/*' },
    };
    const sent = (url.protocol === 'https:' ? overHttps : overHttp)(url, options, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
      answer.destroy();
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const refused = (): NodeJS.ErrnoException => new Error('The receiver is at an address inside this network.');
