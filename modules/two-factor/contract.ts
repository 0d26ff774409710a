import type { Context, Tx } from '#core/context';
import { defineService } from '#core/service';

/** All that other modules may see of the second step of a sign-in. */

/** Whose second step it is. */
export interface Owner {
  readonly role: 'client' | 'admin';
  readonly id: number;
}

export interface SecondStep {
  readonly isOn: boolean;
  readonly since: Date | undefined;
  /** How many recovery codes are left. */
  readonly codesLeft: number;
  /** Begun and not confirmed yet: what the owner's device is to be told. */
  readonly setup: Setup | undefined;
}

export interface Setup {
  /** Base32, to be typed in where no picture can be read. */
  readonly secret: string;
  /** `otpauth://…`, the text of the picture. */
  readonly uri: string;
}

/** Codes that change every half minute (RFC 6238), and recovery codes for who has lost the device. */
export interface TwoFactorService {
  /** Whether a sign-in with a password needs a code as well. */
  isOn(ctx: Context, owner: Owner): Promise<boolean>;
  /** `label` names the account on the owner's device. */
  show(ctx: Context, owner: Owner, label: string): Promise<SecondStep>;
  /** Makes a secret for the owner's device. It counts once a code of it was shown. */
  begin(ctx: Context, owner: Owner): Promise<void>;
  /** Gives the recovery codes, for the one time they are shown. */
  switchOn(ctx: Context, owner: Owner, code: string): Promise<readonly string[]>;
  /** Makes new recovery codes in place of the old ones. */
  renewCodes(ctx: Context, owner: Owner, code: string): Promise<readonly string[]>;
  /** Whoever asks has checked the password. */
  switchOff(ctx: Context, owner: Owner, code: string): Promise<void>;
  /** Uses up a code of the device or a recovery code. Throws unless it is right and was never used. */
  prove(ctx: Context, owner: Owner, code: string | undefined): Promise<void>;
  /** Without a code, as when staff help who has lost everything, or the account goes; false when there was none. */
  remove(tx: Tx, owner: Owner): Promise<boolean>;
}

export const twoFactorService = defineService<TwoFactorService>('two-factor');
