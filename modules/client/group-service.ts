import { atomic, type Context } from '#core/context';
import { conflict, notFound } from '#core/error';
import * as groups from './group-repository.ts';

export interface Groups {
  titles(ctx: Context): Promise<Record<string, string>>;
  get(ctx: Context, id: number): Promise<groups.Group>;
  create(ctx: Context, title: string): Promise<number>;
  rename(ctx: Context, id: number, title: string | undefined): Promise<void>;
  remove(ctx: Context, id: number): Promise<void>;
}

export const createGroups = (): Groups => ({
  titles: (ctx) => groups.listTitles(ctx.db),

  async get(ctx, id) {
    const group = await groups.find(ctx.db, id);
    if (group === undefined) throw unknownGroup();
    return group;
  },

  create: (ctx, title) =>
    atomic(ctx, async (tx) => {
      const id = await groups.insert(tx.db, title, tx.now);
      await tx.record(`Created client group #${id}`);
      return id;
    }),

  rename: (ctx, id, title) =>
    atomic(ctx, async (tx) => {
      if (!(await groups.lock(tx.db, id))) throw unknownGroup();
      if (title === undefined) return;
      await groups.setTitle(tx.db, id, title, tx.now);
      await tx.record(`Updated client group #${id}`);
    }),

  remove: (ctx, id) =>
    atomic(ctx, async (tx) => {
      if (!(await groups.lock(tx.db, id))) throw unknownGroup();
      if (await groups.hasClients(tx.db, id))
        throw conflict('client.group_in_use', 'Group has clients assigned. Please reassign them first.');
      await groups.remove(tx.db, id);
      await tx.record(`Removed client group #${id}`);
    }),
});

const unknownGroup = () => notFound('client.unknown_group', 'Group not found');
