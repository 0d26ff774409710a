import type { ModuleCatalog } from '../catalog.ts';
import { invalidInput, notFound, type AppError } from '../error.ts';
import type { Endpoint, Role } from '../endpoint.ts';
import type { LoadedModule } from '../boot.ts';
import type { Target } from './dispatch.ts';

const ROLES: readonly Role[] = ['guest', 'client', 'admin'];

/** What a path below `/api/` means (spec A1). Built once; whether a module is active is asked at each call. */
export function createApi(
  loaded: readonly LoadedModule[],
  catalog: Pick<ModuleCatalog, 'isActive'>,
): (path: string) => Target {
  const endpoints = new Map<string, Endpoint>();
  /** Module by the name its calls go under. */
  const modules = new Map<string, string>();
  for (const { module, contributions } of loaded) {
    const name = apiNameOf({ module, contributions });
    modules.set(name, module.name);
    for (const role of ROLES) {
      for (const [method, endpoint] of Object.entries(contributions.api?.[role] ?? {}))
        endpoints.set(`${role}/${name}/${method.toLowerCase()}`, endpoint);
    }
  }
  const others = new Map(loaded.map(({ module, contributions }) => [module.name, contributions.api?.otherwise]));
  /** As callers write them nearly always: found at once. */
  const canonical = new Map(
    [...endpoints].map(([key, endpoint]) => {
      const [role, name = ''] = key.split('/') as [Role, string];
      return [`/api/${key}`, { role, module: modules.get(name) ?? name, endpoint }];
    }),
  );
  return (path) => {
    const known = canonical.get(path);
    if (known !== undefined && catalog.isActive(known.module)) return known;
    const match = /^\/api\/(guest|client|admin)\/([a-zA-Z0-9_]+)\/([a-zA-Z0-9_]+)$/.exec(path);
    if (match === null) return unknownCall(path);
    // The two segments are one name, cut at its first underscore: client_balance/get_list is client/balance_get_list.
    const [, role, first, second] = match as unknown as [string, Role, string, string];
    const name = `${first}_${second}`;
    const cut = name.indexOf('_');
    const called = name.slice(0, cut).toLowerCase();
    const module = modules.get(called) ?? called;
    const method = name.slice(cut + 1);
    if (module === '')
      return { role, module, endpoint: undefined, early: invalidInput('api.no_module_name', 'Invalid module name') };
    if (!catalog.isActive(module)) return { role, module, endpoint: undefined, early: inactive(module) };
    const endpoint = endpoints.get(`${role}/${called}/${method.toLowerCase()}`) ?? others.get(module)?.(role, method);
    return endpoint === undefined
      ? { role, module, endpoint, late: unknownMethod(role, module, method) }
      : { role, module, endpoint };
  };
}

/** What the calls of a module go under: its name, unless it says otherwise. */
export const apiNameOf = ({ module, contributions }: LoadedModule): string => contributions.api?.as ?? module.name;

const unknownCall = (path: string): Target => ({
  role: 'guest',
  module: '',
  endpoint: undefined,
  early: notFound('api.unknown_call', `Unknown API call ${path.slice('/api/'.length)}`),
});

const inactive = (module: string): AppError =>
  notFound('api.inactive_module', `FOSSBilling module ${module} is not installed/activated`);

function unknownMethod(role: Role, module: string, method: string): AppError {
  const title = role.charAt(0).toUpperCase() + role.slice(1);
  return notFound('api.unknown_method', `${title} API call ${method} does not exist in module ${module}`);
}
