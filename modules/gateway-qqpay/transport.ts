import { request as askOverHttp, type IncomingMessage } from 'node:http';
import { request as askOverHttps } from 'node:https';
import { once } from 'node:events';
import { messageOf } from '#core/error';
import type { Identity } from './merchant.ts';

/** QQ wallet says less. */
const MOST_BYTES = 64 * 1024;

interface Question {
  readonly url: URL;
  readonly body: string;
  readonly identity?: Identity | undefined;
  readonly authority: string[] | undefined;
  readonly patienceMs: number;
}

/** Like `fetch`, which can show no certificate of ours. No error tells what was sent. */
export async function post({ url, body, identity, authority, patienceMs }: Question): Promise<string> {
  const signal = AbortSignal.timeout(patienceMs);
  const headers = {
    'content-type': 'text/xml; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'user-agent': 'Tollkeeper',
  };
  const options = { method: 'POST', headers, signal, agent: false } as const;
  try {
    const asking =
      url.protocol === 'https:'
        ? askOverHttps(url, { ...options, ...identity, ...(authority !== undefined && { ca: authority }) })
        : askOverHttp(url, options);
    // What is awaited tells of it; unheard it would end the process.
    asking.on('error', () => undefined);
    asking.end(body);
    const [answer] = (await once(asking, 'response', { signal })) as [IncomingMessage];
    const text = await textOf(answer);
    if (answer.statusCode !== 200) throw new Error(`it answered ${answer.statusCode ?? 0}`);
    return text;
  } catch (error) {
    throw new Error(`${url.hostname} could not be asked: ${messageOf(error)}`, { cause: error });
  }
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > MOST_BYTES) throw new Error('it answered too much');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}
