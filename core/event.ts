import type { Static, TObject } from '@sinclair/typebox';

/** A fact, in the past tense: `serviceapikey.reset`. Its payload holds ids and what is about to be lost. */
export interface EventToken<P extends TObject = TObject> {
  readonly kind: 'event';
  readonly name: string;
  readonly payload: P;
}

/** A question, in the present participle: `client.signing_up`. It is asked inside the transaction; an AppError refuses. */
export interface HookToken<P extends TObject = TObject> {
  readonly kind: 'hook';
  readonly name: string;
  readonly payload: P;
}

export type PayloadOf<T extends EventToken | HookToken> = Static<T['payload']>;

export const defineEvent = <P extends TObject>(name: string, payload: P): EventToken<P> => ({
  kind: 'event',
  name,
  payload,
});
export const defineHook = <P extends TObject>(name: string, payload: P): HookToken<P> => ({
  kind: 'hook',
  name,
  payload,
});
