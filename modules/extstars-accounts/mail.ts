import type { Context } from '#core/context';
import { mail, type Letter, type Mail } from '#core/listener';
import type { ClientService, NewcomerService } from '#modules/client/contract';
import type { App, Apps } from './app/service.ts';
import type { Codes } from './code/service.ts';
import { codeExpired, codeExpiring, codesIssued, donationReceived } from './contract.ts';
import type { Donations } from './donation/service.ts';
import { buyerRegistered } from './event.ts';
import { sumText } from './order/amount.ts';
import type { Orders } from './order/service.ts';

interface Needs {
  readonly apps: Apps;
  readonly codes: Codes;
  readonly orders: Orders;
  readonly donations: Donations;
  readonly clients: ClientService & NewcomerService;
}

/** Letters to people who bought, gave or hold a code, in the language of the app. */
export function letters({ apps, codes, orders, donations, clients }: Needs): readonly Mail[] {
  const appOf = ({ name, settings, appId }: App) => ({ id: appId, name, language: settings.language });
  const langOf = ({ settings }: App): string => settings.language;

  async function aboutCode(ctx: Context, appId: number, codeId: number): Promise<Letter | undefined> {
    const [app, code] = [await apps.get(ctx, appId), await codes.show(ctx, codeId)];
    const user = await codes.userOf(ctx, code.destination);
    if (user === undefined || code.standing === 'revoked' || code.expiresAt === undefined) return undefined;
    const vars = { app: appOf(app), code: { code: code.code, expiresAt: code.expiresAt } };
    return { to: user.email, clientId: user.id, lang: user.lang ?? langOf(app), vars };
  }

  return [
    mail(buyerRegistered, 'mod_extstars_account_created', async (ctx, { clientId, appId, sealedHash }) => {
      const client = await clients.find(ctx, clientId);
      const hash = await clients.passwordLink(ctx, sealedHash);
      if (client === undefined) return undefined;
      const app = await apps.get(ctx, appId);
      const vars = { app: appOf(app), client: { email: client.email }, ...(hash !== undefined && { hash }) };
      return { to: client.email, clientId, lang: client.lang ?? langOf(app), vars };
    }),
    mail(codesIssued, 'mod_extstars_codes_issued', async (ctx, { appId, orderId }) => {
      const app = await apps.get(ctx, appId);
      const order = await orders.get(ctx, orderId);
      if (order.userEmail === '') return undefined;
      const list = (await orders.codesOf(ctx, orderId)).map(({ code, expiresAt }) => ({ code, expiresAt }));
      const sum = { text: sumText(order.money), currency: order.money.currency };
      const vars = { app: appOf(app), order: { id: orderId, sum, isTest: order.isTest }, codes: list };
      const lang = (await clients.findByEmail(ctx, order.userEmail))?.lang ?? langOf(app);
      return { to: order.userEmail, lang, ...(order.clientId !== undefined && { clientId: order.clientId }), vars };
    }),
    mail(donationReceived, 'mod_extstars_donation_received', async (ctx, { appId, orderId, donationId }) => {
      const app = await apps.get(ctx, appId);
      const order = await orders.get(ctx, orderId);
      const donation = await donations.find(ctx, donationId);
      if (order.userEmail === '' || donation === undefined) return undefined;
      const given = {
        id: orderId,
        sum: sumText(donation.money),
        currency: donation.money.currency,
        isTest: order.isTest,
      };
      return {
        to: order.userEmail,
        lang: langOf(app),
        vars: { app: appOf(app), donation: given, name: order.userName },
      };
    }),
    mail(codeExpiring, 'mod_extstars_code_expiring', (ctx, { appId, codeId }) => aboutCode(ctx, appId, codeId)),
    mail(codeExpired, 'mod_extstars_code_expired', (ctx, { appId, codeId }) => aboutCode(ctx, appId, codeId)),
  ];
}
