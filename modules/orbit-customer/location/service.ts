import { atomic, type Context, type Tx } from '#core/context';
import { isUniqueViolation } from '#core/db/errors';
import { conflict, invalidInput, notFound } from '#core/error';
import { createReader } from '#core/recent';
import * as locations from './repository.ts';
import type { Location, LocationChange } from './repository.ts';

export interface Locations {
  /** Enabled ones by name, at most a second old. */
  enabled(ctx: Context): Promise<readonly Location[]>;
  /** All of them, as they are now. */
  list(ctx: Context): Promise<readonly Location[]>;
  get(ctx: Context, id: number): Promise<Location>;
  create(ctx: Context, location: Omit<Location, 'id'>): Promise<number>;
  update(ctx: Context, id: number, change: LocationChange): Promise<void>;
  remove(ctx: Context, id: number): Promise<void>;
}

/** `forget`: what else goes with a location that is removed. */
export function createLocations(forget: (tx: Tx, locationId: number) => Promise<void>): Locations {
  const all = createReader((ctx) => locations.list(ctx.db));

  async function change<T>(ctx: Context, work: (tx: Tx) => Promise<T>): Promise<T> {
    try {
      return await atomic(ctx, work);
    } catch (error) {
      if (isUniqueViolation(error))
        throw conflict('orbit.location_taken', 'There is a location with this code already');
      throw error;
    } finally {
      all.forget();
    }
  }

  return {
    enabled: async (ctx) => (await all.recent(ctx)).filter(({ isEnabled }) => isEnabled),
    list: (ctx) => all(ctx),
    async get(ctx, id) {
      const found = (await all(ctx)).find((one) => one.id === id);
      if (found === undefined) throw unknownLocation();
      return found;
    },

    create: (ctx, location) =>
      change(ctx, async (tx) => {
        check(location);
        const id = await locations.insert(tx.db, location, tx.now);
        await tx.record(`Created location #${id}`);
        return id;
      }),
    update: (ctx, id, sent) =>
      change(ctx, async (tx) => {
        check(sent);
        if (!(await locations.update(tx.db, id, sent, tx.now))) throw unknownLocation();
        await tx.record(`Updated location #${id}`);
      }),
    remove: (ctx, id) =>
      change(ctx, async (tx) => {
        if (!(await locations.remove(tx.db, id))) throw unknownLocation();
        await forget(tx, id);
        await tx.record(`Removed location #${id}`);
      }),
  };
}

function check({ code, name, urls }: LocationChange): void {
  if (code !== undefined && !/^[a-z0-9][a-z0-9_-]{0,39}$/.test(code))
    throw invalidInput('orbit.location_code', 'A code has up to 40 small letters, digits, hyphens and underscores');
  if (name !== undefined && (name === '' || name.length > 255))
    throw invalidInput('orbit.location_name', 'A name has 1 to 255 characters');
  for (const url of urls ?? [])
    if (!/^(https?|wss?|grpcs?):\/\/\S+$/.test(url)) throw invalidInput('orbit.location_url', `${url} is not a URL`);
}

const unknownLocation = () => notFound('orbit.unknown_location', 'Location not found');
