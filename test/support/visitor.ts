import type { TestApp } from './app.ts';

/** A browser with a person before it, who fills in forms. */
export interface Visitor {
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  /** Loads the page a form stands on and sends the form with the token found there. */
  submit(
    page: string,
    path: string,
    fields?: Record<string, string>,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  /** Sends a form as it is given. */
  post(path: string, fields: Record<string, string>): Promise<Answer>;
  signIn(role: 'client' | 'admin', fields?: Record<string, string>): Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Record<string, string | undefined>;
}

export function visit(app: TestApp): Visitor {
  const browser = app.browser();
  const answer = ({ status, text, headers }: { status: number; text: string; headers: object }): Answer => ({
    status,
    text,
    headers: headers as Answer['headers'],
  });
  const visitor: Visitor = {
    get: async (path, headers = {}) => answer(await browser.get(path).set(headers)),
    post: async (path, fields) => answer(await browser.post(path).type('form').send(fields)),
    async submit(page, path, fields = {}, headers = {}) {
      const { text } = await browser.get(page);
      const token = /name="CSRFToken" value="([0-9a-f]{64})"/.exec(text)?.[1] ?? '';
      return answer(
        await browser
          .post(path)
          .set(headers)
          .type('form')
          .send({ CSRFToken: token, ...fields }),
      );
    },
    signIn(role, fields = {}) {
      const login = role === 'admin' ? '/admin/login' : '/login';
      return visitor.submit(login, login, { email: 'someone@example.com', password: 'right', ...fields });
    },
  };
  return visitor;
}
