import { Type } from '@sinclair/typebox';
import { guestEndpoint } from '#core/endpoint';
import { required, Text } from '#core/schema';
import type { Page } from '#core/web/page';
import type { guestApi } from './api/guest.ts';
import type { StaffSignIn } from './sign-in.ts';

const Link = Type.Object({ code: required('Code required', Text({ maxLength: 255 })) });

/** Where the link of a letter to staff leads (platform spec C5, C16). */
export function linkPages(doors: StaffSignIn, guest: ReturnType<typeof guestApi>): readonly Page[] {
  const reset = guestEndpoint({
    summary: 'The form for a new staff password.',
    limit: 'staff_password_reset_confirm_ip',
    input: Link,
    output: Link,
    handle: (ctx, { code }) => doors.checkReset(ctx, code).then(() => ({ code })),
  });
  const path = '/admin/staff/email/:code';
  return [
    { role: 'guest', route: `GET ${path}`, endpoint: reset, view: 'guest/reset' },
    { role: 'guest', route: `POST ${path}`, endpoint: guest.update_password, then: '/admin/login' },
  ];
}
