import { Type } from '@sinclair/typebox';
import { defineEvent, defineHook } from '#core/event';

/** A run of all jobs, as an outside cron or staff ask for it. */
export const cronStarting = defineHook('cron.starting', Type.Object({}));
export const cronFinished = defineEvent('cron.finished', Type.Object({}));
