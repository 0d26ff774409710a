import assert from 'node:assert/strict';
import type { Response } from 'supertest';
import type { TestApp } from './app.ts';

export interface SignedInBrowser {
  /** Calls with the session's cookie and its CSRF token. */
  post(path: string, params?: object): Promise<Response>;
  /** Loads a page again, which a new session needs for its token. */
  reload(): Promise<void>;
}

/** A browser with a staff session that has loaded a page. */
export async function signIn(app: TestApp, email: string, password: string): Promise<SignedInBrowser> {
  const browser = app.browser();
  const answer = await browser.post('/api/guest/staff/login').send({ email, password });
  assert.equal((answer.body as { error: unknown }).error, null);
  let csrf = '';
  const reload = async (): Promise<void> => {
    const page = await browser.get('/');
    csrf = /fossbilling_csrf=([0-9a-f]+)/.exec(String(page.headers['set-cookie']))?.[1] ?? '';
  };
  await reload();
  return { reload, post: (path, params = {}) => browser.post(`/api/${path}`).set('x-csrf-token', csrf).send(params) };
}
