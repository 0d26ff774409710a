import { Type, type Static } from '@sinclair/typebox';
import { DayRangeInput, readDayRange } from '#core/day-range';
import { DateTime, Or, Paging, Text } from '#core/schema';
import type { Filter, SignIn } from './history-repository.ts';
import { filled, toId } from './read.ts';

export const SignInView = Type.Object({
  id: Type.Integer(),
  ip: Or(Type.String()),
  created_at: DateTime,
  client: Type.Object({
    id: Or(Type.Integer()),
    first_name: Or(Type.String()),
    last_name: Or(Type.String()),
    email: Or(Type.String()),
  }),
});
export const presentSignIn = ({ id, ip, at, client }: SignIn): Static<typeof SignInView> => ({
  id,
  ip: ip ?? null,
  created_at: at,
  client: {
    id: client.id ?? null,
    first_name: client.firstName ?? null,
    last_name: client.lastName ?? null,
    email: client.email ?? null,
  },
});

export const SignInsInput = Type.Object({
  search: Type.Optional(Text()),
  client_id: Type.Optional(Text()),
  ip: Type.Optional(Text()),
  ...DayRangeInput,
  ...Paging,
});

export const toSignInFilter = (sent: Static<typeof SignInsInput>): Filter => ({
  clientId: toId(sent.client_id),
  ip: filled(sent.ip),
  ...readDayRange(sent),
  search: filled(sent.search),
});
