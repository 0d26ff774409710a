import { defineModule } from '#core/module';
import { adminApi } from './api/admin.ts';
import { migrations } from './migrations/index.ts';
import { notificationMenu, notificationPages } from './pages.ts';
import { createNotifications } from './service.ts';

export const notification = defineModule({
  name: 'notification',
  title: 'Notification Center',
  version: '1.0.0',
  description: 'Important messages for staff members',
  permissions: { view: 'Read messages.', manage: 'Add and remove messages.' },
  tables: ['notification'],
  migrations,
  folder: new URL('.', import.meta.url),

  setup() {
    const notifications = createNotifications();
    const admin = adminApi(notifications);
    return { api: { admin }, pages: notificationPages(notifications, admin), menu: notificationMenu };
  },
});
