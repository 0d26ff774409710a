import { createHash } from 'node:crypto';
import {
  address,
  appendTransactionMessageInstructions,
  compileTransaction,
  createNoopSigner,
  createTransactionMessage,
  getBase64EncodedWireTransaction,
  getCompiledTransactionMessageDecoder,
  getTransactionDecoder,
  pipe,
  setTransactionMessageFeePayer,
  setTransactionMessageLifetimeUsingBlockhash,
  type Blockhash,
} from '@solana/kit';
import { getAddMemoInstruction, MEMO_PROGRAM_ADDRESS } from '@solana-program/memo';
import { findAssociatedTokenPda, getTransferCheckedInstruction, TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';
import { encoded, isSignedBy } from '../wallet/base58.ts';

/** All that knows how a transaction of the chain looks. */

const DECIMALS = 6;

export interface Transfer {
  readonly wallet: string;
  readonly mint: string;
  readonly destination: string;
  readonly amountMicro: number;
  readonly memo: string;
  readonly blockhash: string;
  readonly lastValidBlockHeight: number;
}

export interface Unsigned {
  /** Base64, with zeros where the signature belongs. */
  readonly transaction: string;
  readonly messageHash: string;
}

/** A memo and one checked transfer between the token accounts of two wallets, paid for and signed by the first. */
export async function buildTransfer(transfer: Transfer): Promise<Unsigned> {
  const { amountMicro, memo, lastValidBlockHeight } = transfer;
  const [wallet, mint, owner] = [address(transfer.wallet), address(transfer.mint), address(transfer.destination)];
  const [[source], [destination]] = (await Promise.all(
    [wallet, owner].map((one) => findAssociatedTokenPda({ owner: one, mint, tokenProgram: TOKEN_PROGRAM_ADDRESS })),
  )) as [Awaited<ReturnType<typeof findAssociatedTokenPda>>, Awaited<ReturnType<typeof findAssociatedTokenPda>>];
  const authority = createNoopSigner(wallet);
  const lifetime = {
    blockhash: transfer.blockhash as Blockhash, // the node's own words
    lastValidBlockHeight: BigInt(lastValidBlockHeight),
  };
  const message = pipe(
    createTransactionMessage({ version: 'legacy' }),
    (empty) => setTransactionMessageFeePayer(wallet, empty),
    (paid) => setTransactionMessageLifetimeUsingBlockhash(lifetime, paid),
    (timed) =>
      appendTransactionMessageInstructions(
        [
          getAddMemoInstruction({ memo }),
          getTransferCheckedInstruction({
            source,
            mint,
            destination,
            authority,
            amount: BigInt(amountMicro),
            decimals: DECIMALS,
          }),
        ],
        timed,
      ),
  );
  const compiled = compileTransaction(message);
  return {
    transaction: getBase64EncodedWireTransaction(compiled),
    messageHash: hashOf(compiled.messageBytes as unknown as Uint8Array),
  };
}

export interface Signed {
  readonly memo: string | undefined;
  readonly messageHash: string;
  /** Base58; the name of the transaction on the chain. */
  readonly signature: string;
  isSignedBy(wallet: string): boolean;
}

/** Undefined for what is no transaction. */
export function readSigned(base64: string): Signed | undefined {
  try {
    const bytes = Buffer.from(base64, 'base64');
    if (bytes.length === 0 || bytes.length > 2000) return undefined;
    const { messageBytes, signatures } = getTransactionDecoder().decode(bytes);
    const message = messageBytes as unknown as Uint8Array;
    const [signature] = Object.values(signatures);
    const signed = signature === null || signature === undefined ? new Uint8Array(64) : Uint8Array.from(signature);
    return {
      memo: memoIn(message),
      messageHash: hashOf(message),
      signature: encoded(signed),
      isSignedBy: (wallet) => isSignedBy(wallet, message, signed),
    };
  } catch {
    return undefined; // whatever its decoder stumbles over
  }
}

function memoIn(message: Uint8Array): string | undefined {
  const decoded = getCompiledTransactionMessageDecoder().decode(message);
  if (!('instructions' in decoded)) return undefined;
  const memo = decoded.instructions.find(
    ({ programAddressIndex }) => decoded.staticAccounts[programAddressIndex] === MEMO_PROGRAM_ADDRESS,
  );
  return memo?.data === undefined ? undefined : Buffer.from(memo.data).toString('utf8');
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('base64url');
