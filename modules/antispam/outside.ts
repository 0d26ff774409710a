/** Asks somebody outside: a form there, JSON back. Throws when nobody answers in time. */
export type AskOutside = (url: string, form: Readonly<Record<string, string>>) => Promise<unknown>;

/** A visitor waits for it. */
const TIMEOUT_MS = 5000;

export const askOutside: AskOutside = async (url, form) => {
  const answer = await fetch(url, {
    method: 'POST',
    body: new URLSearchParams(form),
    signal: AbortSignal.timeout(TIMEOUT_MS),
    redirect: 'error',
  });
  if (!answer.ok) throw new Error(`${new URL(url).hostname} answered ${answer.status}`);
  return answer.json();
};

export const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (Reflect.get(value, name) as unknown) : undefined;
