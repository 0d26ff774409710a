import type { Contributions, Module } from './module.ts';
import type { Toolbox } from './toolbox.ts';

export interface LoadedModule {
  readonly module: Module;
  readonly contributions: Contributions;
}

/**
 * Modules in the order of their needs, each set up with the services it uses. One that cannot be set up ends the start,
 * unless `leaveOut` says that the engine goes on without it.
 */
export function boot(
  modules: readonly Module[],
  toolbox: Toolbox,
  leaveOut: (module: Module, error: unknown) => boolean = () => false,
): LoadedModule[] {
  const services = new Map<string, unknown>();
  const absent = new Set<string>();
  return inOrder(modules).flatMap((module) => {
    const uses = Object.entries(module.uses ?? {});
    const resolved = Object.fromEntries(uses.map(([name, token]) => [name, services.get(token.module)]));
    try {
      const lost = uses.find(([, token]) => !token.isOptional && absent.has(token.module));
      if (lost !== undefined) throw new Error(`it uses ${lost[1].module}, which was left out`);
      // The tokens in `uses` are what makes the argument typed; here they are only names.
      const contributions = module.setup(resolved as never, toolbox);
      if (contributions.provides !== undefined)
        services.set(contributions.provides.token.module, contributions.provides.service);
      return [{ module, contributions }];
    } catch (error) {
      if (!leaveOut(module, error)) throw error;
      absent.add(module.name);
      return [];
    }
  });
}

/** A module comes after those it uses. Throws a sentence that names the missing module or the circle. */
export function inOrder(modules: readonly Module[]): Module[] {
  const byName = new Map(modules.map((module) => [module.name, module]));
  const ordered: Module[] = [];
  const visit = (module: Module, path: readonly string[]): void => {
    if (ordered.includes(module)) return;
    if (path.includes(module.name)) {
      const circle = [...path.slice(path.indexOf(module.name)), module.name].join(' → ');
      throw new Error(`Modules use each other in a circle: ${circle}.`);
    }
    for (const token of Object.values(module.uses ?? {})) {
      const used = byName.get(token.module);
      if (used !== undefined) visit(used, [...path, module.name]);
      else if (!token.isOptional) throw new Error(`Module ${module.name} uses ${token.module}, which is not there.`);
    }
    ordered.push(module);
  };
  for (const module of modules) visit(module, []);
  return ordered;
}
