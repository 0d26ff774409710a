import { Type, type Static } from '@sinclair/typebox';
import { Done, ofVisit } from '#core/endpoint';
import { notFound } from '#core/error';
import type { OwnSession } from '#core/http/session-data';
import { DateTime, Or, required, Text } from '#core/schema';
import { ownEndpoint, ownerOf, type Role } from '../own-endpoint.ts';

export const SessionView = Type.Object({
  key: Type.String(),
  is_here: Type.Boolean(),
  browser: Or(Type.String()),
  system: Or(Type.String()),
  ip: Or(Type.String()),
  seen_at: Or(DateTime),
  expires_at: DateTime,
});

/** Where the own account is signed in. */
export const sessionApi = (role: Role) => ({
  session_get_list: ownEndpoint(role, {
    summary: 'Where you are signed in, newest first.',
    input: Type.Object({}),
    output: Type.Array(SessionView),
    handle: (ctx) =>
      Promise.resolve(
        ofVisit(async (visit) => {
          const { id } = ownerOf(ctx);
          return (await visit.listSessions(role, id)).map(present);
        }),
      ),
  }),

  session_end: ownEndpoint(role, {
    summary: 'Sign out in one place.',
    input: Type.Object({ key: required('Session required', Text({ maxLength: 64 })) }),
    output: Done,
    handle: (ctx, { key }) =>
      Promise.resolve(
        ofVisit(async (visit) => {
          const { id } = ownerOf(ctx);
          if (!(await visit.endSession(role, id, key))) throw notFound('session.unknown', 'This session has ended.');
          return true;
        }),
      ),
  }),
});

const present = ({ key, isHere, browser, system, ip, seenAt, expiresAt }: OwnSession): Static<typeof SessionView> => ({
  key,
  is_here: isHere,
  browser: browser ?? null,
  system: system ?? null,
  ip: ip ?? null,
  seen_at: seenAt ?? null,
  expires_at: expiresAt,
});
