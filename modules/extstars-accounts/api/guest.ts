import { Type } from '@sinclair/typebox';
import { guestEndpoint } from '#core/endpoint';
import { DateTime, Id, Or, required, Text } from '#core/schema';
import type { Apps } from '../app/service.ts';
import { verifyKey } from '../key.ts';

/** For servers of the vendor that do not hold the sign key. */
export const guestApi = ({ apps }: { readonly apps: Apps }) => ({
  key_verify: guestEndpoint({
    summary: 'Whether a key of a successful check is genuine and still good.',
    input: Type.Object({
      app_id: required('app_id is missing', Id),
      key: required('key is missing', Text({ maxLength: 2000 })),
    }),
    output: Type.Object({
      valid: Type.Boolean(),
      expires_at: Or(DateTime),
      active_order: Or(Type.Integer()),
    }),
    handle: async (ctx, { app_id, key }) => {
      const app = await apps.recent(ctx, String(app_id));
      const payload = app && verifyKey(key, app, ctx.now);
      return payload === undefined
        ? { valid: false, expires_at: null, active_order: null }
        : { valid: true, expires_at: new Date(payload.exp * 1000), active_order: payload.ord };
    },
  }),
});
