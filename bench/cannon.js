/** The load generator where wrk is missing: `node bench/cannon.js URL FILE OFFSET SECONDS CONNECTIONS`, the file as for requests.lua. */
import { readFileSync } from 'node:fs';
import autocannon from 'autocannon';

const [url, file, offset, seconds, connections] = process.argv.slice(2);
const requests = readFileSync(file, 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => {
    const [method, path, body, header] = line.split('\t');
    const own = header ? Object.fromEntries(header.split('|').map((one) => one.split(': '))) : {};
    const headers = { ...(body && { 'content-type': 'application/json' }), ...own };
    return { method, path, headers, ...(body && { body }) };
  });

// Each connection has a part of the list of its own: left to itself autocannon sends the whole list on each of them.
const share = Math.max(1, Math.floor(requests.length / Number(connections)));
let next = Number(offset);
const setupClient = (client) => {
  client.setRequests(Array.from({ length: share }, (_, index) => requests[(next + index) % requests.length]));
  next += share;
};

const result = await autocannon({ url, connections: Number(connections), duration: Number(seconds), setupClient });
const perSecond = result.requests.total / result.duration;
const failed = result.errors + result.timeouts + result.non2xx;
console.log(JSON.stringify({ perSecond, p50: result.latency.p50, p99: result.latency.p99, failed }));
