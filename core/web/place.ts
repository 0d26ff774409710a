import type { LoadedModule } from '../boot.ts';
import type { Endpoint, Role } from '../endpoint.ts';
import type { Page } from './page.ts';
import { matchPath } from './route.ts';

/** A page where the site has it. */
export interface Place {
  /** Empty for the pages of the core. */
  readonly module: string;
  /** Where its views are; undefined for `web/`. */
  readonly folder: URL | undefined;
  readonly page: Page;
  readonly method: string;
  readonly path: string;
  /** Who must be signed in: what the endpoint asks for, though the page itself be open. */
  readonly role: Role;
}

export function placesOf({ module, contributions }: LoadedModule): readonly Place[] {
  return (contributions.pages ?? []).map((page) => placeOf(page, module.name, module.folder));
}

export function placeOf(page: Page, module = '', folder?: URL): Place {
  const [method = '', route = ''] = page.route.split(' ', 2);
  const path = page.role === 'admin' ? `/admin${route === '/' ? '' : route}` : route;
  return { module, folder, page, method, path, role: roleOf(page.role, page.endpoint) };
}

const roleOf = (role: Role, endpoint: Endpoint): Role => (endpoint.role === 'guest' ? role : endpoint.role);

/** `/keys/new` comes before `/keys/:id`. */
export function findPlace(places: readonly Place[], method: string, path: string): Place | undefined {
  const verb = method === 'HEAD' ? 'GET' : method;
  return places
    .filter((place) => place.method === verb && matchPath(place.path, path) !== undefined)
    .sort((one, other) => namesIn(one.path) - namesIn(other.path))[0];
}

const namesIn = (path: string): number => path.split('/:').length - 1;
