/** What the engine is compared with: a constant JSON answer. `node bench/baseline.js bare|express|express-born`, on PORT. */
import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import express from 'express';

const ANSWER = JSON.stringify({ result: true, error: null });

const servers = {
  bare: () =>
    createServer((_req, res) => {
      res.setHeader('content-type', 'application/json');
      res.setHeader('content-length', Buffer.byteLength(ANSWER));
      res.end(ANSWER);
    }),

  express: () => createServer(constantApp()),

  // Requests and responses are born with the prototype that Express would give them (core/http/server.ts).
  'express-born': () => {
    const app = constantApp();
    class BornRequest extends IncomingMessage {}
    class BornResponse extends ServerResponse {}
    app.request = Object.setPrototypeOf(BornRequest.prototype, app.request);
    app.response = Object.setPrototypeOf(BornResponse.prototype, app.response);
    return createServer({ IncomingMessage: BornRequest, ServerResponse: BornResponse }, app);
  },
};

function constantApp() {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use((_req, res) => {
    res.setHeader('content-type', 'application/json');
    res.setHeader('content-length', Buffer.byteLength(ANSWER));
    res.end(ANSWER);
  });
  return app;
}

const create = servers[process.argv[2]];
if (create === undefined) throw new Error(`usage: node bench/baseline.js ${Object.keys(servers).join('|')}`);
create().listen(Number(process.env.PORT), '127.0.0.1');
