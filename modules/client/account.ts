import type { Money } from '#core/money';
import type { ClientStatus } from './contract.ts';
import type { DetailChanges } from './fields.ts';
import type { ClientRecord } from './repository.ts';

/** A client with what staff are shown beside. */
export interface Account {
  readonly client: ClientRecord;
  /** Undefined while the client has no currency. */
  readonly balance: Money | undefined;
}

/** Who somebody is after signing in. */
export interface Identity {
  readonly id: number;
  readonly email: string;
  readonly name: string;
}

/** A client that staff enter. */
export interface NewAccount {
  readonly email: string;
  readonly password: string | undefined;
  readonly status: ClientStatus;
  readonly sendsWelcome: boolean;
  readonly groupId: number | undefined;
  readonly ip: string | undefined;
  readonly createdAt: Date | undefined;
  readonly details: DetailChanges;
}

/** What a visitor says to become a client. */
export interface SignUp {
  readonly email: string;
  readonly password: string;
  readonly confirmation: string;
  readonly details: DetailChanges;
  /** All that was sent but for the passwords, for those who look for spam. */
  readonly sent: Readonly<Record<string, unknown>>;
}
