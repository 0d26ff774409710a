import { Type } from '@sinclair/typebox';
import { file } from '#core/endpoint';
import { notFound } from '#core/error';
import { qrPicture } from '#core/qr';
import { Anything, MapOf } from '#core/schema';
import type { Page } from '#core/web/page';
import type { TwoFactorService } from '#modules/two-factor/contract';
import { labelOf, type twoFactorApi } from './api/two-factor.ts';
import { ownEndpoint, ownerOf, type Role } from './own-endpoint.ts';

/** Where a role has its pages, as the site mounts them. */
const AT = { client: '/client/security/two-factor', admin: '/admin/profile/two-factor' } as const;

/** The second step of the own sign-in: the same pages for clients and staff. */
export function twoFactorPages(
  role: Role,
  api: ReturnType<typeof twoFactorApi>,
  twoFactor: TwoFactorService,
): readonly Page[] {
  const at = AT[role];
  const show = ownEndpoint(role, {
    summary: 'The second step of your sign-in.',
    input: Type.Object({}),
    output: MapOf(Anything()),
    handle: async (ctx) => ({ at, ...(await twoFactor.show(ctx, ownerOf(ctx), labelOf(ctx))) }),
  });
  const picture = ownEndpoint(role, {
    summary: 'What your device is to be told, as a picture.',
    input: Type.Object({}),
    output: Type.String(),
    async handle(ctx) {
      const { setup } = await twoFactor.show(ctx, ownerOf(ctx), labelOf(ctx));
      if (setup === undefined) throw notFound('two-factor.no_setup', 'There is nothing to be set up.');
      return file('two-factor.png', 'image/png', await qrPicture(setup.uri));
    },
  });
  const route = (method: string, path = ''): string =>
    `${method} ${role === 'admin' ? at.replace(/^\/admin/, '') : at}${path}`;
  const codes = 'account/recovery-codes';
  return [
    { role, route: route('GET'), endpoint: show, view: 'account/two-factor' },
    { role, route: route('GET', '/picture'), endpoint: picture },
    { role, route: route('POST', '/begin'), endpoint: api.two_factor_begin, then: at },
    { role, route: route('POST'), endpoint: api.two_factor_switch_on, view: codes },
    { role, route: route('GET', '/codes'), endpoint: show, view: 'account/two-factor-codes' },
    { role, route: route('POST', '/codes'), endpoint: api.two_factor_renew_codes, view: codes },
    { role, route: route('GET', '/off'), endpoint: show, view: 'account/two-factor-off' },
    { role, route: route('POST', '/off'), endpoint: api.two_factor_switch_off, then: at, says: 'twoFactor.isOff' },
  ];
}
