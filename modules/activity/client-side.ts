import { plug, type Plug } from '#core/plugin';
import { clientStory } from '#modules/client/contract';
import * as log from './repository.ts';

/** What the log has of a client, for the client's page. */
export const clientPlugs: readonly Plug[] = [
  plug(clientStory, {
    module: 'activity',
    permission: 'view',
    load: async (ctx, clientId, { before, limit }) =>
      (await log.list(ctx.db, { clientId, ...(before && { before }) }, { page: 1, perPage: limit })).items.map(
        ({ message, ip, createdAt }) => ({ at: createdAt, title: message, text: ip }),
      ),
  }),
];
