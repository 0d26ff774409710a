import { Type } from '@sinclair/typebox';
import { guestEndpoint } from '#core/endpoint';
import { CaptchaView, presentCaptcha } from '../schema.ts';
import type { Antispam } from '../service.ts';

export const guestApi = (antispam: Antispam) => ({
  recaptcha: guestEndpoint({
    summary: 'Which captcha a form has to show, if any.',
    input: Type.Object({}),
    output: CaptchaView,
    handle: async (ctx) => presentCaptcha(await antispam.rules(ctx)),
  }),
});
