import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadConfig } from '#config/load';
import { createApp } from '#core/app';
import { loadExternalModules, type ExternalModules } from '#core/external';
import { createLog } from '#core/log';
import { defineModule } from '#core/module';

const invoice = defineModule({
  name: 'invoice',
  title: 'Invoices',
  version: '1.0.0',
  tables: ['invoice'],
  migrations: [],
  setup: () => ({}),
});

describe('modules of others', function () {
  this.timeout(20_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tollkeeper-external-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const add = (name: string, index: string, manifest: object = {}): void => {
    const path = join(folder, name);
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'package.json'), JSON.stringify({ type: 'module', ...manifest }));
    writeFileSync(join(path, 'index.js'), index);
  };
  /** A module whose manifest is that of a good one but for `changes`, in JavaScript. */
  const moduleWith = (changes: string, head = ''): string =>
    `import { defineModule } from 'tollkeeper/core/module';\n${head}
     export default defineModule({ name: 'notes', title: 'Notes', version: '1.0.0', migrations: [], setup: () => ({}), ${changes} });`;
  const load = (): Promise<ExternalModules> => loadExternalModules(folder, [invoice], createLog('silent'));
  const problem = async (): Promise<string> => {
    const { modules, problems } = await load();
    assert.deepEqual(modules, []);
    assert.equal(problems.length, 1);
    return problems[0] ?? '';
  };

  it('finds a module under any export of a folder', async () => {
    add('a', moduleWith(`name: 'one'`));
    add('b', moduleWith(`name: 'two'`).replace('export default', 'export const two ='));

    const { modules, problems } = await load();

    assert.deepEqual(problems, []);
    assert.deepEqual(
      modules.map(({ name }) => name),
      ['one', 'two'],
    );
  });

  it('finds packages that npm installed there, if they say that they are modules', async () => {
    add('node_modules/@acme/notes', moduleWith(`name: 'notes'`), { keywords: ['tollkeeper-module'] });
    add('node_modules/leftpad', moduleWith(`name: 'leftpad'`));

    const { modules } = await load();

    assert.deepEqual(
      modules.map(({ name }) => name),
      ['notes'],
    );
  });

  it('starts at the entry that package.json names', async () => {
    add('a', 'throw new Error("not this one")', { exports: { '.': { default: './lib/main.js' } } });
    mkdirSync(join(folder, 'a/lib'));
    writeFileSync(join(folder, 'a/lib/main.js'), moduleWith(''));

    assert.deepEqual((await load()).problems, []);
  });

  it('lets them import the engine that loads them', async () => {
    await load();

    assert.equal(
      realpathSync(join(folder, 'node_modules/tollkeeper')),
      realpathSync(dirname(dirname(import.meta.dirname))),
    );
  });

  it('renews a link that leads nowhere', async () => {
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(join(folder, 'gone'), join(folder, 'node_modules/tollkeeper'));
    add('a', moduleWith(''));

    assert.deepEqual((await load()).problems, []);
  });

  it('starts the modules that use each other in order', async () => {
    const service = `import { defineService, provide } from 'tollkeeper/core/service';`;
    add('a', moduleWith(`name: 'reader', uses: { notes: defineService('notes') }`, service));
    add('b', moduleWith(`setup: () => ({ provides: provide(defineService('notes'), {}) })`, service));

    assert.deepEqual((await load()).problems, []);
  });

  const broken: Readonly<Record<string, readonly [changes: string, reason: RegExp]>> = {
    'a name with other characters': [`name: 'My Notes'`, /its name must be .+, not "My Notes"\.$/],
    'a name that is taken': [`name: 'invoice'`, /the name invoice is taken\.$/],
    'a name that begins like another': [
      `name: 'invoice-pdf'`,
      /its name invoice-pdf begins like that of module invoice\.$/,
    ],
    "a name of the engine's own": [`name: 'core'`, /the name core is the engine's own\.$/],
    'a version without three numbers': [`version: '1'`, /its version must be like 1\.0\.0\.$/],
    'migrations that are none': [`migrations: [{ name: '001' }]`, /its migrations must be an array of/],
    'no setup': [`setup: undefined`, /its setup is not a function\.$/],
    'a table of another module': [`tables: ['invoice']`, /its table invoice belongs to another module\.$/],
    'the claim to be essential': [`isEssential: true`, /only modules that ship can be essential\.$/],
    'a need of what is not there': [
      `uses: { a: { module: 'absent', isOptional: false } }`,
      /Module notes uses absent, which is not there\.$/,
    ],
  };
  for (const [what, [changes, reason]] of Object.entries(broken)) {
    it(`leaves out a module with ${what}`, async () => {
      add('a', moduleWith(changes));

      const sentence = await problem();

      assert.ok(sentence.startsWith(`The module in ${join(folder, 'a')} was left out: `), sentence);
      assert.match(sentence, reason);
    });
  }

  it('leaves out what cannot be loaded or holds no module', async () => {
    add('a', 'this is no JavaScript');
    assert.match(await problem(), /was left out: .+\.$/);
    add('a', 'export const notes = 1;', { main: './other.js' });
    assert.match(await problem(), /there is no .*other\.js\.$/);
    add('a', 'export const notes = 1;', { main: './second.js' });
    writeFileSync(join(folder, 'a/second.js'), 'export const notes = 1;');
    assert.match(await problem(), /second\.js exports no module made by defineModule\.$/);
  });

  it('leaves out modules that use each other in a circle, and keeps the rest', async () => {
    add('a', moduleWith(`name: 'egg', uses: { a: { module: 'hen', isOptional: false } }`));
    add('b', moduleWith(`name: 'hen', uses: { a: { module: 'egg', isOptional: false } }`));
    add('c', moduleWith(`name: 'fox'`));

    const { modules, problems } = await load();

    assert.deepEqual(
      modules.map(({ name }) => name),
      ['fox'],
    );
    assert.equal(problems.length, 2);
    assert.match(problems[0] ?? '', /in a circle: egg → hen → egg\.$/);
  });

  it('goes on without a module that cannot be set up, and without those that use it', async () => {
    add('a', moduleWith(`name: 'egg', setup() { throw new Error('it cracked'); }`));
    add('b', moduleWith(`name: 'hen', uses: { a: { module: 'egg', isOptional: false } }`));
    add('c', moduleWith(`name: 'fox', setup: () => ({ jobs: [{ name: 'hunt', schedule: 'at night', run() {} }] })`));
    add('d', moduleWith(`name: 'cow'`));
    const external = (await load()).modules;
    const config = loadConfig({ DATA_DIR: folder, LOG_LEVEL: 'silent' });

    const app = createApp({ config, modules: [invoice], external });

    assert.deepEqual(
      app.catalog.list().map(({ module }) => module.name),
      ['invoice', 'cow'],
    );
    assert.deepEqual(app.leftOut.toSorted(), [
      'Module egg was left out: it cracked.',
      'Module fox was left out: the schedule of job hunt is malformed: at night.',
      'Module hen was left out: it uses egg, which was left out.',
    ]);
    await app.close();
  });

  it('says that MODULES_DIR is not there', async () => {
    await assert.rejects(loadExternalModules(join(folder, 'gone'), [], createLog('silent')), {
      message: `MODULES_DIR is not a folder: ${join(folder, 'gone')}.`,
    });
  });
});
