import { Type } from '@sinclair/typebox';
import { guestEndpoint } from '#core/endpoint';
import { required, Text } from '#core/schema';
import type { Page } from '#core/web/page';
import type { Accounts } from './account-service.ts';
import type { guestApi } from './api/guest.ts';

const Link = Type.Object({ hash: required('No Hash provided', Text({ maxLength: 255 })) });

/** Where the links of letters lead (platform spec C16). */
export function linkPages(accounts: Accounts, guest: ReturnType<typeof guestApi>): readonly Page[] {
  const confirm = guestEndpoint({
    summary: 'Confirm the e-mail address by the link of a letter.',
    limit: 'client_email_confirm_ip',
    input: Link,
    output: Type.Object({}),
    handle: (ctx, { hash }) => accounts.confirmEmail(ctx, hash).then(() => ({})),
  });
  const reset = guestEndpoint({
    summary: 'The form for a new password.',
    limit: 'client_password_reset_confirm_ip',
    input: Link,
    output: Link,
    handle: (ctx, { hash }) => accounts.checkReset(ctx, hash).then(() => ({ hash })),
  });
  const path = '/client/reset-password-confirm/:hash';
  return [
    { role: 'guest', route: 'GET /client/confirm-email/:hash', endpoint: confirm, view: 'client/confirmed' },
    { role: 'guest', route: `GET ${path}`, endpoint: reset, view: 'client/reset' },
    { role: 'guest', route: `POST ${path}`, endpoint: guest.update_password, then: '/login' },
  ];
}
