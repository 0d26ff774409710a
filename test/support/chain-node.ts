import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { base58 } from '@scure/base';

/** A node of the chain as far as a top-up needs one, on the loopback interface. */
export interface ChainNodeStub {
  readonly url: string;
  /** Transactions it took, by signature, in base64. */
  readonly taken: Map<string, string>;
  /** How it behaves from now on. */
  mood: 'well' | 'slow' | 'failing' | 'expired' | 'broken' | 'lying';
  blockHeight: number;
  broadcasts: number;
  stop(): Promise<void>;
}

export const BLOCKHASH = base58.encode(new Uint8Array(32).fill(7));

export async function startChainNode(): Promise<ChainNodeStub> {
  const taken = new Map<string, string>();
  const server = createServer((req, res) => {
    let text = '';
    req.on('data', (chunk: Buffer) => (text += chunk.toString()));
    req.on('end', () => {
      const { id, method, params } = JSON.parse(text) as { id: number; method: string; params: unknown[] };
      res.setHeader('content-type', 'application/json');
      if (stub.mood === 'broken') return res.writeHead(500).end('not JSON');
      res.end(JSON.stringify({ jsonrpc: '2.0', id, ...answer(method, params) }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  function answer(method: string, params: unknown[]): object {
    const [first] = params;
    switch (method) {
      case 'getLatestBlockhash':
        return { result: { context: { slot: 1 }, value: { blockhash: BLOCKHASH, lastValidBlockHeight: 150 } } };
      case 'getBlockHeight':
        return { result: stub.blockHeight };
      case 'sendTransaction': {
        stub.broadcasts++;
        if (stub.mood === 'expired')
          return { error: { code: -32002, message: 'Transaction simulation failed: Blockhash not found' } };
        const wire = String(first);
        const signature = base58.encode(Buffer.from(wire, 'base64').subarray(1, 65));
        taken.set(signature, wire);
        return { result: signature };
      }
      case 'getSignatureStatuses': {
        const found = taken.has((first as string[])[0] ?? '');
        const err = stub.mood === 'failing' ? { InstructionError: [1, 'Custom'] } : null;
        const status = {
          slot: 1,
          confirmations: null,
          err,
          confirmationStatus: stub.mood === 'slow' ? 'confirmed' : 'finalized',
        };
        return { result: { context: { slot: 1 }, value: [found ? status : null] } };
      }
      case 'getTransaction': {
        const wire = taken.get(String(first)) ?? null;
        const told = stub.mood === 'lying' ? [...taken.values()][0] : wire;
        return { result: told && { slot: 1, transaction: [told, 'base64'], meta: { err: null } } };
      }
      default:
        return { error: { code: -32601, message: 'Method not found' } };
    }
  }

  const { port } = server.address() as AddressInfo;
  const stub: ChainNodeStub = {
    url: `http://127.0.0.1:${port}`,
    taken,
    mood: 'well',
    blockHeight: 100,
    broadcasts: 0,
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  return stub;
}
