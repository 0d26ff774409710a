/** Longer than any list of rates; more is not read. */
const MOST_BYTES = 1024 * 1024;

export interface Question {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** JSON of somebody outside. No error tells the address that was asked: it may hold a key. */
export async function askOutside({ url, headers = {}, timeoutMs }: Question): Promise<unknown> {
  const signal = AbortSignal.timeout(timeoutMs);
  const answer = await fetch(url, { headers: { accept: 'application/json', ...headers }, signal, redirect: 'error' });
  if (!answer.ok) {
    await answer.body?.cancel();
    throw new Error(`${new URL(url).hostname} answered ${answer.status}`);
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += chunk.length;
    if (size > MOST_BYTES) throw new Error(`${new URL(url).hostname} answered too much`);
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

export const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (Reflect.get(value, name) as unknown)
    : undefined;
