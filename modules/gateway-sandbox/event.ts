import { Type } from '@sinclair/typebox';
import { defineEvent } from '#core/event';
import { Id } from '#core/schema';

/** A notification of the sandbox is to be sent, at once or later. Only this module listens. */
export const sandboxNoticeDue = defineEvent('gateway-sandbox.notice_due', Type.Object({ noticeId: Id }));
