import { compileCheck } from '#core/schema';
import type { Road } from '#core/http/dispatch';
import type { Endpoint } from '#core/endpoint';

const checks = new WeakMap<Endpoint, ReturnType<typeof compileCheck>>();

/** In tests every answer is held against its endpoint's schema, so that the documentation cannot drift. */
export const inspector =
  (mistakes: string[]): NonNullable<Road['inspect']> =>
  (endpoint, dialect, { body }) => {
    if (typeof body !== 'string') return;
    let check = checks.get(endpoint);
    if (check === undefined) checks.set(endpoint, (check = compileCheck(dialect.envelope(endpoint.output))));
    const mistake = check(JSON.parse(body));
    if (mistake !== undefined)
      mistakes.push(`The answer of "${endpoint.summary}" does not fit its schema: ${mistake}\n${body}`);
  };
