import { Type } from '@sinclair/typebox';
import type { Context } from '#core/context';
import { defineEvent } from '#core/event';
import { Id } from '#core/schema';
import { defineService } from '#core/service';

/** All that other modules may see of API keys. */

export interface ApiKeyService {
  /** Whether a key may be used now: its order is active and not expired. Throws "API key does not exist". */
  isValid(ctx: Context, key: string): Promise<boolean>;
}

export const apiKeyService = defineService<ApiKeyService>('serviceapikey');

export const apiKeyReset = defineEvent('serviceapikey.reset', Type.Object({ orderId: Id, clientId: Id }));
