import { Type } from '@sinclair/typebox';
import { SECOND } from '#core/clock';
import type { Policy } from '#core/http/limit';
import { createReader, type Reader } from '#core/recent';
import { Int, Text } from '#core/schema';
import type { SettingStore } from '#core/settings';

export const MODULE = 'orbit-customer';

/** What staff set, kept under `mod_orbit-customer`. */
export const settings = Type.Object({
  token_days: Type.Optional(Int({ minimum: 1, maximum: 3650, description: 'Days a Bearer token lives (30).' })),
  calls_per_minute: Type.Optional(Int({ minimum: 0, description: 'Calls a minute with one credential (60); 0: any.' })),
  auth_calls_per_minute: Type.Optional(
    Int({ minimum: 0, description: 'Calls a minute from one address to sign in by device or wallet (10); 0: any.' }),
  ),
  poll_calls_per_minute: Type.Optional(
    Int({ minimum: 0, description: 'Polls a minute for device tokens from one address (120); 0: any.' }),
  ),
  solana_rpc_url: Type.Optional(Text({ description: 'JSON-RPC node; without it there is no top-up.' })),
  usdc_mint: Type.Optional(Text({ description: 'Mint of the token that is paid with; USDC on the main network.' })),
  destination_wallet: Type.Optional(Text({ description: 'Wallet that receives top-ups.' })),
  confirm_wait_seconds: Type.Optional(Int({ minimum: 0, maximum: 120, description: 'Wait for finality (60).' })),
  confirm_poll_ms: Type.Optional(Int({ minimum: 10, maximum: 10_000, description: 'Pause between looks (1000).' })),
});

export const USDC_MINT = 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v';

export interface Rules {
  readonly tokenDays: number;
  readonly calls: Policy | undefined;
  readonly authCalls: Policy | undefined;
  readonly pollCalls: Policy | undefined;
  /** Undefined while it is not configured. */
  readonly chain: ChainRules | undefined;
}

export interface ChainRules {
  readonly url: string;
  readonly mint: string;
  readonly destination: string;
  readonly waitMs: number;
  readonly pollMs: number;
}

export type ReadRules = Reader<Rules>;

export const createRules = (store: SettingStore): ReadRules =>
  createReader(async (ctx) => rulesFrom(await store.config(ctx, `mod_${MODULE}`)));

function rulesFrom(config: Readonly<Record<string, unknown>>): Rules {
  const number = (name: string, fallback: number): number => {
    const value = config[name];
    const read = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    return typeof read === 'number' && Number.isFinite(read) ? read : fallback;
  };
  const text = (name: string): string => (typeof config[name] === 'string' ? config[name].trim() : '');
  const policy = (name: string, calls: number): Policy | undefined =>
    calls > 0 ? { name: `${MODULE}.${name}`, calls, seconds: 60 } : undefined;
  const [url, destination] = [text('solana_rpc_url'), text('destination_wallet')];
  return {
    tokenDays: Math.max(1, number('token_days', 30)),
    calls: policy('calls', number('calls_per_minute', 60)),
    authCalls: policy('auth', number('auth_calls_per_minute', 10)),
    pollCalls: policy('poll', number('poll_calls_per_minute', 120)),
    chain:
      url === '' || destination === ''
        ? undefined
        : {
            url,
            destination,
            mint: text('usdc_mint') || USDC_MINT,
            waitMs: number('confirm_wait_seconds', 60) * SECOND,
            pollMs: number('confirm_poll_ms', SECOND),
          },
  };
}
