import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSessions } from '#core/http/session';
import type { SessionStore } from '#core/http/session-data';

describe('a session that changed', () => {
  it('is stored before the answer is sent, since who has the answer may come back at once', async () => {
    const stored: unknown[] = [];
    const nothing = (): Promise<undefined> => Promise.resolve(undefined);
    const save = async (_id: string, data: unknown): Promise<void> => void stored.push(data);
    const store = { load: nothing, remove: nothing, save } as unknown as SessionStore;
    const openSession = createSessions(store, 'secret', false, () => new Date());
    let isStored: boolean | undefined;
    const server = createServer((req, res) => {
      const head = { method: 'POST', path: '/', query: '', headers: req.headers, body: Buffer.alloc(0), ip: '' };
      const session = openSession({ ...head, isSecure: false }, req, res);
      void session
        .signIn('admin', 1, true)
        .then(() => session.keep())
        .then(() => (isStored = stored.length === 1 && !res.headersSent))
        .finally(() => res.end());
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');

    const { port } = server.address() as AddressInfo;
    await fetch(`http://127.0.0.1:${port}/`, { method: 'POST' });
    server.closeAllConnections();
    server.close();

    assert.equal(isStored, true);
  });
});
