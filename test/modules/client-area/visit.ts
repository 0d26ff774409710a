import type { TestApp } from '../../support/app.ts';
import { buildClient } from '../../support/build/sale.ts';
import { visit, type Visitor } from '../../support/visitor.ts';

const PASSWORD = 'Sunny-Day-42';
let count = 0;

export interface Owner {
  readonly clientId: number;
  readonly email: string;
  readonly visitor: Visitor;
}

/** A client who has signed in on a page. */
export async function buildOwner(app: TestApp, fields: object = {}): Promise<Owner> {
  const email = `owner-${++count}@example.com`;
  const clientId = await buildClient(app, { email, password: PASSWORD, currency: 'USD', ...fields });
  return { clientId, email, visitor: await signedIn(app, email) };
}

export async function signedIn(app: TestApp, email: string): Promise<Visitor> {
  const visitor = visit(app);
  await visitor.signIn('client', { email, password: PASSWORD });
  return visitor;
}
