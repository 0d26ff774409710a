import type { Knex } from 'knex';
import type { Context, Tx } from './context.ts';
import { remembered } from './memory.ts';
import type { Secrets } from './secret.ts';

/**
 * What staff set while the engine runs. A module's configuration is one sealed JSON object under `mod_<name>`, written
 * whole (spec B4); parameters of the system are single texts under `system`.
 */
export interface SettingStore {
  /** This and `params` are read once in a context that remembers. */
  config(ctx: Context, ext: string): Promise<Record<string, unknown>>;
  /** Read to be changed: whoever else wants to change it waits. */
  configForUpdate(tx: Tx, ext: string): Promise<Record<string, unknown>>;
  saveConfig(tx: Tx, ext: string, config: Record<string, unknown>): Promise<void>;
  params(ctx: Context): Promise<Record<string, string | null>>;
  param(ctx: Context, name: string): Promise<string | undefined>;
  /** Read to be changed: whoever else wants to change it waits. */
  paramForUpdate(tx: Tx, name: string): Promise<string | undefined>;
  saveParam(tx: Tx, name: string, value: string | null): Promise<void>;
  /** Whether a parameter may be read by guests. */
  isPublic(ctx: Context, name: string): Promise<boolean>;
}

const SYSTEM = 'system';
const PURPOSE = 'setting';

interface Row {
  owner: string;
  name: string;
  value: string | null;
  is_public: number | boolean;
}

export function createSettings(secrets: Secrets): SettingStore {
  const rows = (db: Knex) => db<Row>('setting');
  const open = (row: Row | undefined): Record<string, unknown> =>
    row?.value ? (JSON.parse(secrets.open(PURPOSE, row.value)) as Record<string, unknown>) : {};
  const params: SettingStore['params'] = (ctx) =>
    remembered(ctx, 'parameters', async () => {
      const found = await rows(ctx.db).where({ owner: SYSTEM }).orderBy('id');
      return Object.fromEntries(found.map(({ name, value }) => [name, value]));
    });
  return {
    config: (ctx, ext) =>
      remembered(ctx, `config ${ext}`, async () =>
        open(await rows(ctx.db).where({ owner: ext, name: 'config' }).first()),
      ),
    configForUpdate: async (tx, ext) => open(await lockRow(tx, ext, 'config')),
    saveConfig: (tx, ext, config) => save(tx, ext, 'config', secrets.seal(PURPOSE, JSON.stringify(config))),
    params,
    param: async (ctx, name) => (await rows(ctx.db).where({ owner: SYSTEM, name }).first())?.value ?? undefined,
    paramForUpdate: async (tx, name) => (await lockRow(tx, SYSTEM, name))?.value ?? undefined,
    saveParam: (tx, name, value) => save(tx, SYSTEM, name, value),
    isPublic: async (ctx, name) => Boolean((await rows(ctx.db).where({ owner: SYSTEM, name }).first())?.is_public),
  };
}

async function lockRow(tx: Tx, owner: string, name: string): Promise<Row | undefined> {
  const find = () => tx.db<Row>('setting').where({ owner, name }).forUpdate().first();
  const found = await find();
  if (found !== undefined) return found;
  // A row to lock: two who find none would both begin with nothing, and one would be lost.
  await tx
    .db('setting')
    .insert({ owner, name, value: null, is_public: false, created_at: tx.now, updated_at: tx.now })
    .onConflict(['owner', 'name'])
    .ignore();
  return find();
}

async function save(tx: Tx, owner: string, name: string, value: string | null): Promise<void> {
  await tx
    .db('setting')
    .insert({ owner, name, value, is_public: false, created_at: tx.now, updated_at: tx.now })
    .onConflict(['owner', 'name'])
    .merge(['value', 'updated_at']);
}
