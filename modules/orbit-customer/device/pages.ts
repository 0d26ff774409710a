import { Type } from '@sinclair/typebox';
import { clientEndpoint } from '#core/endpoint';
import { AppError } from '#core/error';
import { OneOf, required, Text } from '#core/schema';
import type { Page } from '#core/web/page';
import { readUserCode, spelled } from './user-code.ts';
import type { Devices } from './service.ts';

const Code = Text({ maxLength: 50, default: '' });
const PATH = '/auth/device';
const NOT_SENT = 'Please enter the code that your device shows.';

/** Where somebody who is signed in approves a device (spec 4.4). Nothing is approved by following a link. */
export function devicePages(devices: Devices): readonly Page[] {
  const form = clientEndpoint({
    summary: 'The form for the code of a device.',
    input: Type.Object({ user_code: Code }),
    output: Type.Object({ user_code: Type.String() }),
    handle: async (_ctx, { user_code }) => ({ user_code: asShown(user_code) }),
  });
  const confirm = clientEndpoint({
    summary: 'Asks whether a device may be approved.',
    input: Type.Object({ user_code: Code }),
    output: Type.Object({ user_code: Type.String(), problem: Type.String() }),
    handle: async (ctx, { user_code }) => {
      try {
        if (user_code.trim() !== '') await devices.look(ctx, user_code);
        return { user_code: asShown(user_code), problem: user_code.trim() === '' ? NOT_SENT : '' };
      } catch (error) {
        if (error instanceof AppError && error.kind === 'conflict')
          return { user_code: asShown(user_code), problem: error.message };
        throw error;
      }
    },
  });
  const decide = clientEndpoint({
    summary: 'Approve or deny a device.',
    input: Type.Object({
      user_code: required(NOT_SENT, Code),
      decision: OneOf('approve', 'deny'),
    }),
    output: Type.Literal(true),
    handle: async (ctx, { user_code, decision }) => {
      await devices.decide(ctx, user_code, decision);
      return true as const;
    },
  });
  const decided = clientEndpoint({
    summary: 'What became of a device.',
    input: Type.Object({ decision: OneOf('approve', 'deny') }),
    output: Type.Object({ isApproved: Type.Boolean() }),
    handle: async (_ctx, { decision }) => ({ isApproved: decision === 'approve' }),
  });

  return [
    { role: 'client', route: `GET ${PATH}`, endpoint: form, view: 'client/device' },
    { role: 'client', route: `GET ${PATH}/confirm`, endpoint: confirm, view: 'client/device-confirm' },
    { role: 'client', route: `POST ${PATH}`, endpoint: decide, then: `${PATH}/done/:decision` },
    { role: 'client', route: `GET ${PATH}/done/:decision`, endpoint: decided, view: 'client/device-done' },
  ];
}

const asShown = (typed: string): string => {
  const code = readUserCode(typed);
  return code === undefined ? typed : spelled(code);
};
