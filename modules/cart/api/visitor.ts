import { ofVisit, type OfVisit, type Visit } from '#core/endpoint';
import { randomHex } from '#core/secret';
import type { Visitor } from '../service.ts';

const NOTE = 'cart';

/** For the visitor of this call, who is known by a token in the session and gets one with the first call of a cart. */
export const forVisitor = (answer: (visitor: Visitor) => Promise<unknown>): Promise<OfVisit> =>
  Promise.resolve(ofVisit(async (visit) => answer({ token: await tokenOf(visit), clientId: await visit.clientId() })));

async function tokenOf(visit: Visit): Promise<string> {
  const known = await visit.note(NOTE);
  if (known !== undefined) return known;
  const token = randomHex(64);
  await visit.keepNote(NOTE, token);
  return token;
}

/** The visitor as far as they are known already: looking at the shop makes no cart. */
export const knownVisitor = async (visit: Visit): Promise<Partial<Visitor>> => {
  const [token, clientId] = [await visit.note(NOTE), await visit.clientId()];
  return { ...(token !== undefined && { token }), ...(clientId !== undefined && { clientId }) };
};
