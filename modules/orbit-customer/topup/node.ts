import { AppError } from '#core/error';
import { refusal } from '../failure.ts';

/** The node of the chain, as JSON-RPC. */
export interface ChainNode {
  latestBlockhash(): Promise<{ readonly blockhash: string; readonly lastValidBlockHeight: number }>;
  blockHeight(): Promise<number>;
  status(signature: string): Promise<Status | undefined>;
  /** Throws a `NodeRefusal` when the node does not take it. */
  broadcast(transaction: string): Promise<void>;
  /** Base64 of a finalized transaction, and whether it failed. */
  read(signature: string): Promise<{ readonly transaction: string; readonly hasFailed: boolean } | undefined>;
}

export interface Status {
  readonly isFinal: boolean;
  readonly hasFailed: boolean;
}

/** What the node itself says is wrong with a call. */
export class NodeRefusal extends Error {}

const TIMEOUT_MS = 10_000;

export function createChainNode(url: string): ChainNode {
  async function call(method: string, params: readonly unknown[]): Promise<unknown> {
    let answer: { result?: unknown; error?: { message?: unknown; data?: unknown } | null };
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
        redirect: 'error',
      });
      answer = (await response.json()) as typeof answer;
    } catch (error) {
      throw new AppError('unavailable', 'orbit.upstream_error', 'The node of the chain cannot be reached.', {
        cause: error,
      });
    }
    if (answer.error)
      throw new NodeRefusal(`${String(answer.error.message)} ${JSON.stringify(answer.error.data ?? '')}`);
    return answer.result;
  }
  const asked = async (method: string, params: readonly unknown[]): Promise<unknown> => {
    try {
      return await call(method, params);
    } catch (error) {
      if (error instanceof NodeRefusal) throw upstream();
      throw error;
    }
  };

  return {
    async latestBlockhash() {
      const { value } = (await asked('getLatestBlockhash', [{ commitment: 'finalized' }])) as {
        value: { blockhash: string; lastValidBlockHeight: number };
      };
      return { blockhash: value.blockhash, lastValidBlockHeight: Number(value.lastValidBlockHeight) };
    },
    blockHeight: async () => Number(await asked('getBlockHeight', [{ commitment: 'finalized' }])),
    async status(signature) {
      const { value } = (await asked('getSignatureStatuses', [[signature], { searchTransactionHistory: true }])) as {
        value: ({ confirmationStatus?: string | null; err?: unknown } | null)[];
      };
      const [found] = value;
      if (found === null || found === undefined) return undefined;
      const hasFailed = found.err !== null && found.err !== undefined;
      return { isFinal: found.confirmationStatus === 'finalized', hasFailed };
    },
    broadcast: async (transaction) =>
      void (await call('sendTransaction', [transaction, { encoding: 'base64', preflightCommitment: 'confirmed' }])),
    async read(signature) {
      const found = (await asked('getTransaction', [
        signature,
        { encoding: 'base64', commitment: 'finalized', maxSupportedTransactionVersion: 0 },
      ])) as { transaction?: unknown; meta?: { err?: unknown } | null } | null;
      if (found === null) return undefined;
      const [transaction] = Array.isArray(found.transaction) ? (found.transaction as unknown[]) : [found.transaction];
      if (typeof transaction !== 'string') throw upstream();
      return { transaction, hasFailed: found.meta?.err !== null && found.meta?.err !== undefined };
    },
  };
}

const upstream = (): AppError =>
  refusal('unavailable', 'upstream_error', 'The node of the chain answered with an error.');
