import type { Context } from '#core/context';
import { mail, type Letter, type Mail } from '#core/listener';
import { clientPasswordReset, clientSignedUp } from './contract.ts';
import { clientWelcomed, confirmationAsked, passwordResetAsked } from './event.ts';
import type { Links } from './links.ts';
import type { Clients } from './service.ts';

interface WithLink {
  readonly clientId: number;
  readonly sealedHash: string;
}

/** Letters about an account. One whose link stopped working before it was written is not sent. */
export function letters(clients: Clients, links: Links): readonly Mail[] {
  async function write(ctx: Context, clientId: number, hash?: string): Promise<Letter | undefined> {
    const client = await clients.find(ctx, clientId);
    if (client === undefined) return undefined;
    const { email, firstName = '', lastName = '', lang } = client;
    const toName = `${firstName} ${lastName}`.trim();
    const vars = { client: { email, firstName, lastName }, ...(hash !== undefined && { hash }) };
    return { to: email, ...(toName !== '' && { toName }), clientId, lang, vars };
  }

  async function writeReset(ctx: Context, { clientId, sealedHash }: WithLink): Promise<Letter | undefined> {
    const hash = links.unseal(sealedHash);
    return (await links.findReset(ctx, hash)) === clientId ? write(ctx, clientId, hash) : undefined;
  }

  async function writeConfirmation(ctx: Context, { clientId, sealedHash }: WithLink): Promise<Letter | undefined> {
    const hash = links.unseal(sealedHash);
    return (await links.findConfirmation(ctx, hash)) === clientId ? write(ctx, clientId, hash) : undefined;
  }

  return [
    mail(clientSignedUp, 'mod_client_signup', (ctx, { clientId }) => write(ctx, clientId)),
    mail(clientWelcomed, 'mod_client_signup_admin', writeReset),
    mail(confirmationAsked, 'mod_client_confirm', writeConfirmation),
    mail(passwordResetAsked, 'mod_client_password_reset_request', writeReset),
    mail(clientPasswordReset, 'mod_client_password_reset_information', (ctx, { clientId }) => write(ctx, clientId)),
  ];
}
