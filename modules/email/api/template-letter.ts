import { Type } from '@sinclair/typebox';
import { invalidInput } from '#core/error';
import { Anything, Id, isTruthy, Text } from '#core/schema';
import type { Recipient, TemplateLetter } from '../contract.ts';

/** What a letter from a template is told about itself; everything else is for the template. */
export const KNOWN = {
  to: Type.Optional(Text()),
  to_name: Type.Optional(Text({ maxLength: 255 })),
  to_client: Type.Optional(Id),
  to_staff: Type.Optional(Anything()),
  from: Type.Optional(Text()),
  from_name: Type.Optional(Text({ maxLength: 255 })),
  default_subject: Type.Optional(Text({ maxLength: 255 })),
  default_template: Type.Optional(Text()),
  default_description: Type.Optional(Text()),
};

interface Sent extends Readonly<Record<string, unknown>> {
  readonly code: string;
  readonly to?: string;
  readonly to_name?: string;
  readonly to_client?: number;
  readonly to_staff?: unknown;
  readonly from?: string;
  readonly from_name?: string;
  readonly default_subject?: string;
  readonly default_template?: string;
  readonly default_description?: string;
  readonly send_now?: unknown;
}

export function readTemplateLetter(sent: Sent): TemplateLetter {
  const { send_now: sendNow } = sent;
  if (sendNow !== undefined && typeof sendNow !== 'boolean')
    throw invalidInput('email.send_now', 'Parameter "send_now" must be a boolean.');
  const names = new Set([...Object.keys(KNOWN), 'code', 'send_now']);
  return {
    code: sent.code,
    recipient: recipientOf(sent),
    vars: Object.fromEntries(Object.entries(sent).filter(([name]) => !names.has(name))),
    from: sent.from || undefined,
    fromName: sent.from_name || undefined,
    fallback: {
      subject: sent.default_subject,
      content: sent.default_template,
      description: sent.default_description,
    },
    isUrgent: sendNow === true,
  };
}

function recipientOf(sent: Sent): Recipient {
  if (sent.to_staff !== undefined && isTruthy(sent.to_staff)) return { staff: true };
  if (sent.to_client) return { clientId: sent.to_client };
  if (sent.to) return { to: sent.to, toName: sent.to_name };
  throw invalidInput('email.no_receiver', 'Receiver is not defined. Define to or to_client or to_staff parameter');
}
