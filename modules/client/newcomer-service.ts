import { atomic, consult } from '#core/context';
import { conflict } from '#core/error';
import { createReader } from '#core/recent';
import { readEmail } from './check.ts';
import {
  clientChangingProfile,
  clientProfileChanged,
  clientSignedUp,
  clientSigningUp,
  type NewcomerService,
} from './contract.ts';
import type { Links } from './links.ts';
import * as clients from './repository.ts';
import type { ReadRules } from './rules.ts';
import { getForUpdate, refuseTaken, unlessTaken } from './staff-service.ts';

/** Clients who come by a module's own door: without a password, and perhaps without an e-mail address. */
export function createNewcomers(readRules: ReadRules, letters: Links): NewcomerService {
  const rules = createReader(readRules);

  return {
    async standingOf(ctx, id) {
      const found = await clients.findStanding(ctx.db, id);
      if (found === undefined) return undefined;
      const { email, status, isEmailApproved } = found;
      const mustConfirmEmail = email !== '' && !isEmailApproved && (await rules.recent(ctx)).needsConfirmedEmail;
      return { email, status, mustConfirmEmail };
    },

    findByEmail: (ctx, email) => clients.findByEmail(ctx.db, email.trim().normalize('NFC').toLowerCase()),
    openPasswordLink: (tx, id) => letters.openReset(tx, id),
    async passwordLink(ctx, sealed) {
      const hash = letters.unseal(sealed);
      return (await letters.findReset(ctx, hash)) === undefined ? undefined : hash;
    },

    async checkNewcomer(ctx, { email: sent, fields }) {
      if ((await readRules(ctx)).isClosed)
        throw conflict('client.sign_up_closed', 'New registrations are temporarily disabled');
      if (sent === undefined) return undefined;
      const email = readEmail(sent);
      await refuseTaken(ctx, email);
      await consult(ctx, clientSigningUp, { email, ip: ctx.ip ?? '', sent: fields });
      return email;
    },

    addNewcomer: (tx, { email, firstName, lastName, currency, fields }) =>
      unlessTaken(async () => {
        if (email !== undefined) await tx.ask(clientSigningUp, { email, ip: tx.ip ?? '', sent: fields });
        const details = { first_name: inOneLine(firstName), last_name: inOneLine(lastName ?? '') };
        const client = {
          email,
          passwordHash: undefined,
          status: 'active',
          ip: tx.ip,
          details: { ...details, currency },
          createdAt: tx.now,
        } as const;
        const id = await clients.insert(tx.db, client, tx.now);
        if (email !== undefined && (await readRules(tx)).needsConfirmedEmail) await letters.askConfirmation(tx, id);
        await tx.emit(clientSignedUp, { clientId: id });
        await tx.record(`Client #${id} signed up`);
        return id;
      }),

    rename: (ctx, id, { firstName, lastName }) =>
      atomic(ctx, async (tx) => {
        const details = { first_name: inOneLine(firstName), last_name: inOneLine(lastName) };
        await tx.ask(clientChangingProfile, { clientId: id, ip: tx.ip ?? '', sent: details });
        await getForUpdate(tx, id);
        await clients.update(tx.db, id, { details }, tx.now);
        await tx.emit(clientProfileChanged, { clientId: id });
        await tx.record('Updated the own profile');
      }),
  };
}

/** As it was given: whoever came by another door is shown the name sent there, to the letter. */
const inOneLine = (name: string): string => name.replaceAll(/[\u0000-\u001f\u007f\u2028\u2029]+/g, ' ').trim();
