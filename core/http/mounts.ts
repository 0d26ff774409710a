import type { LoadedModule } from '../boot.ts';
import type { Endpoint } from '../endpoint.ts';
import { invalidInput, notFound, type AppError } from '../error.ts';
import type { Dialect } from './dialect.ts';
import type { Target } from './dispatch.ts';

/** What a module has at a path outside the API; an error where it has nothing there. */
export interface Mounted {
  readonly dialect: Dialect;
  readonly target: Target;
  readonly params: Readonly<Record<string, string>>;
  /** Methods the path knows, where the one of the request is none of them. */
  readonly allowed?: readonly string[];
}

export interface Mounts {
  /** Undefined when the path is below no mount of an active module. */
  find(method: string, path: string): Mounted | undefined;
  /** Whether it is worth asking; costs next to nothing. */
  mayHave(url: string): boolean;
}

interface Route {
  readonly parts: readonly string[];
  readonly byMethod: Map<string, Endpoint>;
}

interface Place {
  readonly module: string;
  readonly at: string;
  readonly dialect: Dialect;
  readonly targets: ReadonlyMap<Endpoint, Target>;
  /** Paths without names, found at once. */
  readonly literal: ReadonlyMap<string, Route>;
  /** The others, those with fewer names first. */
  readonly named: readonly Route[];
}

const NO_PARAMS = {};

/** Built once; whether a module is active is asked at each call. */
export function createMounts(loaded: readonly LoadedModule[], isActive: (module: string) => boolean): Mounts {
  const places = loaded.flatMap(placesOf);
  // The module may be inactive, and then the path belongs to whoever comes next.
  const placeOf = (path: string): Place | undefined =>
    places.find(({ at, module }) => isBelow(at, path) && isActive(module));

  return {
    mayHave: (url) => places.some(({ at }) => url.startsWith(at)),
    find(sentMethod, sentPath) {
      const place = placeOf(sentPath);
      if (place === undefined) return undefined;
      const { dialect, module } = place;
      const path = withoutEnd(sentPath.slice(place.at.length));
      const method = sentMethod === 'HEAD' ? 'GET' : sentMethod;
      const found = routeOf(place, path);
      if (found === undefined) return { dialect, params: NO_PARAMS, target: refusal(module, unknownPath()) };
      const endpoint = found.route.byMethod.get(method);
      const target = endpoint && place.targets.get(endpoint);
      if (target !== undefined) return { dialect, params: found.params, target };
      const allowed = [...found.route.byMethod.keys()];
      return { dialect, params: found.params, target: refusal(module, wrongMethod(sentMethod)), allowed };
    },
  };
}

function placesOf({ module, contributions }: LoadedModule): readonly Place[] {
  return (contributions.mounts ?? []).map(({ at, dialect, routes, pace }) => {
    const byPath = new Map<string, Route>();
    const targets = new Map<Endpoint, Target>();
    for (const [key, endpoint] of Object.entries(routes)) {
      const [method = '', path = ''] = key.split(' ', 2);
      // Names may differ from route to route of one path; they are the first one's.
      const shape = path.replaceAll(/:\w+/g, ':');
      const route = byPath.get(shape) ?? { parts: path.split('/'), byMethod: new Map() };
      route.byMethod.set(method, endpoint);
      byPath.set(shape, route);
      targets.set(endpoint, { role: endpoint.role, module: module.name, endpoint, pace });
    }
    const entries = [...byPath];
    const namesIn = ({ parts }: Route): number => parts.filter((part) => part.startsWith(':')).length;
    return {
      module: module.name,
      at,
      dialect,
      targets,
      literal: new Map(entries.filter(([shape]) => !shape.includes(':'))),
      named: entries
        .filter(([shape]) => shape.includes(':'))
        .map(([, route]) => route)
        .sort((one, other) => namesIn(one) - namesIn(other)),
    };
  });
}

const isBelow = (at: string, path: string): boolean =>
  path.startsWith(at) && (path.length === at.length || path.charCodeAt(at.length) === SLASH);

const SLASH = 47;

function routeOf(
  { literal, named }: Place,
  path: string,
): { route: Route; params: Readonly<Record<string, string>> } | undefined {
  const route = literal.get(path);
  if (route !== undefined) return { route, params: NO_PARAMS };
  const given = path.split('/');
  for (const candidate of named) {
    const params = matched(candidate.parts, given);
    if (params !== undefined) return { route: candidate, params };
  }
  return undefined;
}

function matched(expected: readonly string[], given: readonly string[]): Record<string, string> | undefined {
  if (expected.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of expected.entries()) {
    const sent = given[index] ?? '';
    if (!part.startsWith(':')) {
      if (part !== sent) return undefined;
    } else {
      const value = decoded(sent);
      if (value === undefined || value === '') return undefined;
      params[part.slice(1)] = value;
    }
  }
  return params;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

const withoutEnd = (path: string): string => (path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path);

const refusal = (module: string, early: AppError): Target => ({ role: 'guest', module, endpoint: undefined, early });
const unknownPath = (): AppError => notFound('http.unknown_path', 'There is nothing at this path.');
const wrongMethod = (method: string): AppError =>
  invalidInput('http.method_not_allowed', `${method.slice(0, 20)} is not possible here.`);
