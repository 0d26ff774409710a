import { invalidInput } from '#core/error';
import { isEmail } from '#core/email';
import type { KeyVault } from '#core/key-vault';
import type { App } from '../app/service.ts';
import type { NewCode } from './repository.ts';

export interface NewCodes {
  readonly appId: number;
  readonly startsAt?: Date | undefined;
  readonly expiresAt?: Date | undefined;
  readonly maxActivations?: number | undefined;
  readonly allowsDeactivate?: boolean | undefined;
  readonly destination?: string | undefined;
  readonly note?: string | undefined;
}

export const LONGEST_CODE = 64;
export const LONGEST_DESTINATION = 255;

/** What is not asked for is as the app has it. */
export const rowOf = (vault: KeyVault, app: App, text: string, asked: NewCodes): NewCode => ({
  appId: app.appId,
  sealed: vault.seal(text),
  hash: vault.hashOf(text),
  destination: asked.destination ?? '',
  maxActivations: asked.maxActivations ?? app.settings.max_activations,
  allowsDeactivate: asked.allowsDeactivate,
  startsAt: asked.startsAt,
  expiresAt: asked.expiresAt,
  note: asked.note,
});

/** As it is compared: an e-mail address without its case; other text says where a code went, and nobody can use it. */
export function readDestination(text: string | undefined): string {
  const read = (text ?? '').trim();
  if (read.length > LONGEST_DESTINATION) throw invalidInput('extstars.destination', 'The destination is too long.');
  const email = read.normalize('NFC').toLowerCase();
  return isEmail(email) ? email : read;
}

export function checkWindow(startsAt: Date | undefined, expiresAt: Date | undefined): void {
  if (startsAt !== undefined && expiresAt !== undefined && startsAt >= expiresAt)
    throw invalidInput('extstars.window', 'A code must start before it ends.');
}
