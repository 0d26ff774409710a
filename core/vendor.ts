import { SECOND } from './clock.ts';
import { AppError, invalidInput, messageOf } from './error.ts';
import type { GatewayConfig } from './gateway.ts';
import { Text, titled } from './schema.ts';

/** What the adapters of vendors share: where a vendor is, and how it is asked. */

/** The member of a gateway's configuration that `vendorAddress` reads. */
export const VendorAddress = titled('Another address of the vendor, for its sandbox', Text({ maxLength: 255 }));

/** Shorter than those who pay are made to wait for a gateway. */
export const VENDOR_PATIENCE_MS = 10 * SECOND;

/** No vendor has this much to say. */
const MOST_BYTES = 256 * 1024;

/**
 * The vendor's own address, unless staff set another one. That is one on the web; one on this machine, where a stand-in
 * for the vendor may listen, in test mode only.
 */
export function vendorAddress({ values, isTest }: GatewayConfig, own: string): URL {
  const { endpoint } = values;
  if (typeof endpoint !== 'string' || endpoint.trim() === '') return new URL(own);
  const url = URL.canParse(endpoint.trim()) ? new URL(endpoint.trim()) : undefined;
  const isHere = url !== undefined && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  const isFit = isHere ? isTest : url?.protocol === 'https:';
  if (url === undefined || !isFit || url.username !== '' || url.password !== '' || url.hash !== '')
    throw invalidInput('gateway.endpoint', 'The address of the vendor must begin with https://');
  return url;
}

export interface VendorQuestion {
  readonly url: URL;
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly patienceMs?: number;
}

export interface VendorAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Follows nothing, waits and reads so much and no more. No error tells what was sent. */
export async function askVendor(question: VendorQuestion): Promise<VendorAnswer> {
  const { url, method, headers = {}, body, patienceMs = VENDOR_PATIENCE_MS } = question;
  try {
    const answer = await fetch(url, {
      method,
      headers: { 'user-agent': 'Tollkeeper', ...headers },
      ...(body !== undefined && { body }),
      redirect: 'error',
      signal: AbortSignal.timeout(patienceMs),
    });
    return { status: answer.status, headers: answer.headers, text: await textOf(answer) };
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new Error(`${url.hostname} could not be asked: ${messageOf(error)}`, { cause: error });
  }
}

async function textOf(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += chunk.length;
    if (size > MOST_BYTES) throw new Error('it answered too much');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
