import { atomic, type Context } from '#core/context';
import { conflict, invalidInput } from '#core/error';
import { untilFree, type KeyVault } from '#core/key-vault';
import { randomHex } from '#core/secret';
import type { App, Apps } from '../app/service.ts';
import { generateCode } from './generate.ts';
import { checkWindow, LONGEST_CODE, readDestination, rowOf, type NewCodes } from './new-code.ts';
import * as codes from './repository.ts';

export type Batches = ReturnType<typeof createBatches>;

const MOST = 1_000_000;
/** Rows of one transaction, so that nobody waits long for a batch of a million: one statement on either database. */
const CHUNK = 400;
const ATTEMPTS = 10;

/** Many codes at once, which staff make or take in. */
export function createBatches({ apps, vault }: { readonly apps: Apps; readonly vault: KeyVault }) {
  return {
    async generate(ctx: Context, asked: NewCodes & { readonly quantity: number }) {
      const { quantity } = asked;
      if (quantity < 1 || quantity > MOST)
        throw invalidInput('extstars.quantity', `The quantity must be a whole number from 1 to ${MOST}.`);
      const app = await appOfNew(ctx, asked);
      const given = { ...asked, destination: readDestination(asked.destination) };
      const batch = randomHex(16);
      for (let made = 0; made < quantity; made += CHUNK) {
        const length = Math.min(CHUNK, quantity - made);
        await untilFree(ATTEMPTS, exhausted(), () =>
          addAll(ctx, app, Array.from({ length }, generateCode), given, batch),
        );
      }
      await atomic(ctx, (tx) => tx.record(`Generated ${quantity} activation codes of app ${app.appId}`));
      return { batch, quantity };
    },

    /** Codes that people hold already, to the letter. Those that are taken are left out. */
    async import(ctx: Context, asked: NewCodes & { readonly codes: readonly string[] }) {
      const app = await appOfNew(ctx, asked);
      const given = { ...asked, destination: readDestination(asked.destination) };
      const wanted = new Map(asked.codes.map((text) => [vault.hashOf(text.trim()), text.trim()]));
      wanted.delete(vault.hashOf(''));
      if (wanted.size > MOST) throw invalidInput('extstars.quantity', `At most ${MOST} codes at once.`);
      for (const text of wanted.values())
        if ([...text].length > LONGEST_CODE)
          throw invalidInput('extstars.code_long', `A code must have at most ${LONGEST_CODE} characters.`);
      const batch = randomHex(16);
      let imported = 0;
      const entries = [...wanted];
      for (let start = 0; start < entries.length; start += CHUNK) {
        const chunk = entries.slice(start, start + CHUNK);
        // Somebody may import the same at this moment: what is taken is asked anew then.
        imported += await untilFree(ATTEMPTS, exhausted(), async () => {
          const taken = await codes.takenAmong(
            ctx.db,
            chunk.map(([hash]) => hash),
          );
          const free = chunk.filter(([hash]) => !taken.has(hash)).map(([, text]) => text);
          await addAll(ctx, app, free, given, batch);
          return free.length;
        });
      }
      await atomic(ctx, (tx) => tx.record(`Imported ${imported} activation codes of app ${app.appId}`));
      return { batch, imported, skipped: asked.codes.length - imported };
    },
  };

  async function appOfNew(ctx: Context, asked: NewCodes): Promise<App> {
    checkWindow(asked.startsAt, asked.expiresAt);
    return apps.get(ctx, asked.appId);
  }

  /** One transaction for each part of a batch. */
  async function addAll(ctx: Context, app: App, texts: readonly string[], asked: NewCodes, batch: string) {
    const rows = texts.map((text) => ({ ...rowOf(vault, app, text, asked), batch }));
    await atomic(ctx, (tx) => codes.insertAll(tx.db, rows, tx.now));
  }
}

const exhausted = () => conflict('extstars.exhausted', 'No free activation code was found.');
