import type { Widget } from '#core/web/widget';
import { listFailed } from './repository-overview.ts';

const SHOWN = 5;

/** Letters that did not get away yet. */
export const emailWidgets: readonly Widget[] = [
  {
    title: 'panel.failed',
    permission: 'view_email_history',
    order: 90,
    kind: 'rows',
    href: '/admin/email/outbox',
    empty: 'panel.noneFailed',
    async load(ctx) {
      const found = await listFailed(ctx.db, SHOWN);
      return found.map(({ subject, recipient, updatedAt }) => ({ title: subject, text: recipient, at: updatedAt }));
    },
  },
];
