import type { AdminActor, Rights } from '#core/actor';
import { defineModule } from '#core/module';
import { ADMIN, staff, type Caller } from './app.ts';

/** Staff whose token is their rights, for tests of what the rights decide. The administrator of every test may do all. */
export const keepers = defineModule({
  name: 'keepers',
  title: 'Keepers',
  version: '1.0.0',
  isEssential: true,
  migrations: [],
  setup: () => ({ authenticators: [{ role: 'admin', byToken: async (_ctx, token) => keeper(token), byId }] }),
});

/** A caller who may enter the modules named and holds the keys listed there: `{ system: ['view'] }`. */
export const keeperOf = (keys: Readonly<Record<string, readonly string[]>>): Caller => staff(JSON.stringify(keys));

function keeper(token: string): AdminActor | undefined {
  const rights = token === ADMIN.token ? 'all' : rightsOf(token);
  return rights && { kind: 'admin', id: 1, email: ADMIN.email, rights };
}

const byId = async (): Promise<AdminActor | undefined> => undefined;

function rightsOf(token: string): Rights | undefined {
  if (!token.startsWith('{')) return undefined;
  const keys = JSON.parse(token) as Record<string, string[]>;
  return Object.fromEntries(
    Object.entries(keys).map(([module, held]) => [
      module,
      Object.fromEntries(['access', ...held].map((key) => [key, true])),
    ]),
  );
}
