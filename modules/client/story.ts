import { holds, type AdminActor } from '#core/actor';
import type { Context } from '#core/context';
import type { Plugins } from '#core/plugin';
import type { Say } from '#core/web/phrase';
import { clientStory, type ClientMoment, type ClientStory, type StorySpan } from './contract.ts';
import * as balances from './balance-repository.ts';
import * as history from './history-repository.ts';
import * as clients from './repository.ts';

/** All that happened to a client, out of what each module has to tell of it. */
export interface Story {
  /** The newest first; `next` is where the page after this one begins. */
  tell(
    ctx: Context<AdminActor>,
    clientId: number,
    span: StorySpan,
  ): Promise<{ moments: readonly ClientMoment[]; next: Date | undefined }>;
}

export function createStory(plugins: Plugins, say: Say): Story {
  const own = ownStories(say);
  return {
    async tell(ctx, clientId, span) {
      const told = [...own, ...plugins.list(clientStory)].filter(({ module, permission }) =>
        holds(ctx.actor.rights, module, permission),
      );
      const parts = await Promise.all(told.map((one) => one.load(ctx, clientId, span)));
      const all = parts.flat().toSorted((one, other) => other.at.getTime() - one.at.getTime());
      // What happened in one transaction has one time, and stays on one page.
      const last = all[span.limit - 1]?.at;
      const moments = last === undefined ? all : all.filter(({ at }) => at >= last);
      const isAll = parts.every((part) => part.length < span.limit) && moments.length === all.length;
      return { moments, next: isAll ? undefined : last };
    },
  };
}

/** What this module tells itself. */
const ownStories = (say: Say): readonly ClientStory[] => [
  {
    module: 'client',
    permission: 'view_login_history',
    async load(ctx, clientId, { before, limit }) {
      const { items } = await history.list(ctx.db, { clientId, before }, { page: 1, perPage: limit });
      return items.map(({ at, ip }) => ({ at, title: say('story.signedIn'), text: ip }));
    },
  },
  {
    module: 'client',
    permission: 'manage_balance',
    async load(ctx, clientId, { before, limit }) {
      const lines = await balances.listLatest(ctx.db, clientId, before, limit);
      return lines.map(({ createdAt, amount, description }) => ({
        at: createdAt,
        title: say(amount.amount < 0 ? 'story.spent' : 'story.credited', { amount }),
        text: description,
      }));
    },
  },
  {
    module: 'client',
    permission: 'view',
    async load(ctx, clientId, { before }) {
      const at = (await clients.find(ctx.db, clientId))?.createdAt;
      return at === undefined || (before !== undefined && at >= before) ? [] : [{ at, title: say('story.began') }];
    },
  },
];
