import type { Contributions, Module } from './module.ts';
import type { Toolbox } from './toolbox.ts';

export interface LoadedModule {
  readonly module: Module;
  readonly contributions: Contributions;
}

/** Modules in the order of their needs, each set up with the services it uses. */
export function boot(modules: readonly Module[], toolbox: Toolbox): LoadedModule[] {
  const services = new Map<string, unknown>();
  return inOrder(modules).map((module) => {
    const uses = Object.entries(module.uses ?? {});
    const resolved = Object.fromEntries(uses.map(([name, token]) => [name, services.get(token.module)]));
    // The tokens in `uses` are what makes the argument typed; here they are only names.
    const contributions = module.setup(resolved as never, toolbox);
    if (contributions.provides !== undefined)
      services.set(contributions.provides.token.module, contributions.provides.service);
    return { module, contributions };
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
