import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import ts from 'typescript';

const root = dirname(import.meta.dirname);

/** Who may import whom: a layer sees itself and those further down. The core's tables belong to the core. */
const layers: Readonly<Record<string, number>> = { bin: 3, modules: 2, core: 1, migrations: 1, config: 0 };

interface Import {
  readonly from: string;
  readonly to: string;
}

const sources = Object.keys(layers).flatMap(filesBelow);
/** Imports of types as well: they bind the reader just as much. */
const imports = sources.flatMap(importsOf);

describe('the architecture', () => {
  it('points one way: bin, modules, core, config', () => {
    const wrong = imports.filter(({ from, to }) => !(layerOf(to) <= layerOf(from)));

    assert.deepEqual(wrong.map(show), []);
  });

  it('imports only files that exist', () => {
    const wrong = imports.filter(({ to }) => !existsSync(join(root, to)));

    assert.deepEqual(wrong.map(show), []);
  });

  it('lets a module see another only through its contract', () => {
    const wrong = imports.filter(({ from, to }) => {
      const isForeign = moduleOf(to) !== undefined && moduleOf(to) !== moduleOf(from);
      const isList = from === 'modules/index.ts' && /^modules\/[^/]+\/index\.ts$/.test(to);
      return layerOf(from) === layers.modules && isForeign && !isList && !/^modules\/[^/]+\/contract\.ts$/.test(to);
    });

    assert.deepEqual(wrong.map(show), []);
  });

  it('lets no two modules use each other', () => {
    const uses = imports
      .map(({ from, to }) => ({ from: moduleOf(from), to: moduleOf(to) }))
      .filter((use): use is Import => use.from !== undefined && use.to !== undefined && use.from !== use.to);

    assert.deepEqual(circlesIn(uses), []);
  });

  it('keeps the core ignorant of every module', () => {
    const wrong = imports.filter(({ from, to }) => layerOf(from) === layers.core && to.startsWith('modules/'));

    assert.deepEqual(wrong.map(show), []);
  });

  it('keeps services and repositories out of migrations', () => {
    const wrong = imports.filter(
      ({ from, to }) => from.split('/').includes('migrations') && /(^|[/-])(service|repository)\.ts$/.test(to),
    );

    assert.deepEqual(wrong.map(show), []);
  });

  it('has no circle of imports', () => {
    assert.deepEqual(circlesIn(imports), []);
  });

  it('gives every module an index.ts', () => {
    const wrong = moduleFolders().filter((name) => !existsSync(join(root, 'modules', name, 'index.ts')));

    assert.deepEqual(wrong, []);
  });

  it('calls nothing utils or helpers', () => {
    const wrong = sources.filter((file) => /(^|[/-])(utils?|helpers?)(\/|\.ts$)/.test(file));

    assert.deepEqual(wrong, []);
  });

  it('has no default export', () => {
    const wrong = [...sources, ...filesBelow('test')].filter((file) => hasDefaultExport(read(file)));

    assert.deepEqual(wrong, []);
  });
});

function filesBelow(folder: string): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => posix.join(folder, name.replaceAll('\\', '/')))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
    .sort();
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

function importsOf(from: string): Import[] {
  const names = ts.preProcessFile(read(from), true, true).importedFiles.map(({ fileName }) => fileName);
  return names.flatMap((name) => {
    if (name.startsWith('#')) return [{ from, to: `${name.slice(1)}.ts` }];
    if (name.startsWith('.')) return [{ from, to: posix.join(posix.dirname(from), name) }];
    return [];
  });
}

/** What lies in no layer, such as test/, is above them all. */
function layerOf(file: string): number {
  return layers[file.split('/')[0] ?? ''] ?? Infinity;
}

/** The name of the module a file belongs to; modules/index.ts belongs to none. */
function moduleOf(file: string): string | undefined {
  return /^modules\/([^/]+)\//.exec(file)?.[1];
}

function moduleFolders(): string[] {
  if (!existsSync(join(root, 'modules'))) return [];
  const entries = readdirSync(join(root, 'modules'), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** Asks the parser, since a template of code may well contain such a line. */
function hasDefaultExport(text: string): boolean {
  const { statements } = ts.createSourceFile('file.ts', text, ts.ScriptTarget.Latest);
  return statements.some((statement) => {
    if (ts.isExportAssignment(statement)) return true;
    if (ts.isExportDeclaration(statement)) return namesOf(statement).includes('default');
    return ts.canHaveModifiers(statement) && (ts.getModifiers(statement) ?? []).some(isDefault);
  });
}

function namesOf({ exportClause }: ts.ExportDeclaration): string[] {
  return exportClause && ts.isNamedExports(exportClause) ? exportClause.elements.map(({ name }) => name.text) : [];
}

function isDefault({ kind }: ts.Modifier): boolean {
  return kind === ts.SyntaxKind.DefaultKeyword;
}

function show({ from, to }: Import): string {
  return `${from} → ${to}`;
}

/** One circle for each import that closes one, found by walking each file once. */
function circlesIn(edges: readonly Import[]): string[] {
  const next = new Map<string, string[]>();
  for (const { from, to } of edges) next.set(from, [...(next.get(from) ?? []), to]);
  const circles: string[] = [];
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' → '));
    if (path.includes(file) || done.has(file)) return;
    for (const to of next.get(file) ?? []) walk(to, [...path, file]);
    done.add(file);
  };
  for (const file of next.keys()) walk(file, []);
  return circles;
}
