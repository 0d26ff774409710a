import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { useCommand, type Program } from '../support/command.ts';

/** Answers after a second, so that a signal can arrive meanwhile. */
const SLOW = `
import { guestEndpoint } from 'tollkeeper/core/endpoint';
import { conflict } from 'tollkeeper/core/error';
import { defineModule } from 'tollkeeper/core/module';
import { Type } from 'tollkeeper/core/type';
export const slow = defineModule({
  name: 'slow', title: 'Slow', version: '1.0.0', migrations: [],
  setup: () => ({ api: { guest: {
    wait: guestEndpoint({ summary: 'Waits.', input: Type.Object({}), output: Type.Integer(),
      handle: () => new Promise((done) => setTimeout(done, 1000, process.pid)) }),
    pid: guestEndpoint({ summary: 'The process.', input: Type.Object({}), output: Type.Integer(), handle: async () => process.pid }),
    refuse: guestEndpoint({ summary: 'Refuses.', input: Type.Object({}), output: Type.Integer(),
      handle: async () => { throw conflict('slow.refused', 'Not today.'); } }),
  } } }),
});`;

describe('tollkeeper serve', function () {
  this.timeout(120_000);
  const command = useCommand();

  const address = async (program: Program): Promise<string> => (await program.says(/listens on (http:\S+)\//))[1] ?? '';
  const answer = async (url: string): Promise<unknown> =>
    ((await (await fetch(url)).json()) as { result: unknown }).result;

  it('is ready once it says where it listens', async () => {
    const url = await address(command.spawn('serve'));

    const ready = await fetch(`${url}/readyz`);

    assert.deepEqual([ready.status, await ready.json()], [200, { status: 'ready' }]);
  });

  it('finishes what runs when it is told to stop, and ends with 0', async () => {
    command.addModule('slow', SLOW);
    await command.run('module', 'install', 'slow');
    const program = command.spawn('serve');
    const url = await address(program);
    await keepOpen(`${url}/healthz`);
    // An error of the engine's own class: the module has imported the engine that runs it.
    assert.match(await (await fetch(`${url}/api/guest/slow/refuse`)).text(), /"Not today\."/);
    const answered = answer(`${url}/api/guest/slow/wait`);
    await sleep(300);

    const toldAt = Date.now();
    program.child.kill('SIGTERM');
    program.child.kill('SIGTERM');

    assert.equal(await answered, program.child.pid);
    const { code, err } = await program.ended;
    assert.deepEqual([code, err], [0, '']);
    assert.ok(Date.now() - toldAt < 10_000);
    await assert.rejects(fetch(`${url}/healthz`));
  });

  it('says in a sentence that its port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    command.env['PORT'] = String(port);

    const { code, err } = await command.spawn('serve').ended;
    command.env['WEB_CONCURRENCY'] = '2';
    const many = await command.spawn('serve').ended;

    other.close();
    const sentence = `Port ${port} of 127.0.0.1 is in use: stop what listens there or set PORT to another port.\n`;
    assert.deepEqual([code, err], [1, sentence]);
    assert.deepEqual([many.code, many.err], [1, sentence]);
  });

  it('says in a sentence that the database is away', async () => {
    command.env['DATABASE_URL'] = 'mysql://root@127.0.0.1:1/nothing';

    const { code, err } = await command.spawn('serve').ended;

    assert.deepEqual([code, err], [1, 'The database cannot be reached: connect ECONNREFUSED 127.0.0.1:1.\n']);
  });

  it('replaces a process that died and stops all of them', async () => {
    command.addModule('slow', SLOW);
    await command.run('module', 'install', 'slow');
    command.env['WEB_CONCURRENCY'] = '2';
    command.env['PORT'] = String(await freePort()); // with 0 all processes but the first could find another one
    const program = command.spawn('serve');
    const url = await address(program);
    const pid = Number(await answer(`${url}/api/guest/slow/pid`));
    assert.notEqual(pid, program.child.pid);

    process.kill(pid, 'SIGKILL');
    await program.says(/a process died and is started again/);
    await untilDifferent(() => answer(`${url}/api/guest/slow/pid`), pid);
    program.child.kill('SIGTERM');

    const { code } = await program.ended;
    assert.equal(code, 0);
    await assert.rejects(fetch(`${url}/healthz`));
  });
});

/** A connection that its caller does not close. */
async function keepOpen(url: string): Promise<void> {
  const asked = request(url, { agent: new Agent({ keepAlive: true }) }).end();
  asked.on('error', () => undefined);
  const [response] = (await once(asked, 'response')) as [NodeJS.ReadableStream];
  response.resume();
  await once(response, 'end');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function untilDifferent(ask: () => Promise<unknown>, old: number): Promise<void> {
  for (const until = Date.now() + 45_000; Date.now() < until;) {
    const pid = await ask().catch(() => old);
    if (pid !== old) return;
    await sleep(100);
  }
  assert.fail(`Process ${old} still answers.`);
}
