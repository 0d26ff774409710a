import { Type, type Static } from '@sinclair/typebox';
import { toDecimal } from '#core/money';
import { DateTime, Or, Paging, Text } from '#core/schema';
import type { BalanceLine, Filter } from './balance-repository.ts';
import { readTime, toId } from './read.ts';

export const LineView = Type.Object({
  id: Type.Integer(),
  description: Or(Type.String()),
  amount: Type.String(),
  currency: Or(Type.String()),
  created_at: DateTime,
});
export const presentLine = (line: BalanceLine): Static<typeof LineView> => ({
  id: line.id,
  description: line.description ?? null,
  amount: toDecimal(line.amount),
  currency: line.amount.currency,
  created_at: line.createdAt,
});

const lineFilters = {
  id: Type.Optional(Text()),
  date_from: Type.Optional(Text()),
  date_to: Type.Optional(Text()),
  ...Paging,
};
export const OwnLinesInput = Type.Object(lineFilters);
export const LinesInput = Type.Object({ ...lineFilters, client_id: Type.Optional(Text()) });

export const toLineFilter = (sent: Static<typeof OwnLinesInput> & { client_id?: string }): Filter => ({
  id: toId(sent.id),
  clientId: toId(sent.client_id),
  from: readTime('date_from', sent.date_from),
  to: readTime('date_to', sent.date_to),
});
