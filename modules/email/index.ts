import { join } from 'node:path';
import { Type } from '@sinclair/typebox';
import type { Context } from '#core/context';
import { conflict } from '#core/error';
import { before, on } from '#core/listener';
import { defineModule } from '#core/module';
import { Flag, OneOf, Text } from '#core/schema';
import { optional, provide } from '#core/service';
import { phrasesOf } from '#core/web/phrase';
import { clientBeingRemoved, clientService } from '#modules/client/contract';
import { staffGroupBeingRemoved, staffService } from '#modules/staff/contract';
import { mailApi } from './api/admin-mail.ts';
import { templateApi } from './api/admin-template.ts';
import { clientApi } from './api/client.ts';
import { clientPlugs } from './client-side.ts';
import { emailService } from './contract.ts';
import { emailQueued } from './event.ts';
import { createHistory } from './history.ts';
import { createLetterFiles } from './letter-files.ts';
import { emailWidgets } from './overview.ts';
import { migrations } from './migrations/index.ts';
import { letterMenu, letterPages } from './pages.ts';
import { mailMenu, mailPages } from './panel-mail.ts';
import { templateMenu, templatePages } from './panel-templates.ts';
import { createPost } from './post.ts';
import { createQueue } from './queue.ts';
import { createSandbox } from '#core/template/sandbox';
import { settingsReader } from './settings.ts';
import { createTemplates } from './templates.ts';

const Count = (description: string) => Type.Optional(Text({ description }));

const FOLDER = new URL('.', import.meta.url);

export const email = defineModule({
  name: 'email',
  title: 'E-mail',
  description: 'Letters: their texts, the queue they leave by, and the history of what was sent.',
  version: '1.0.0',
  isEssential: true,
  uses: { clients: optional(clientService), staff: optional(staffService) },
  settings: Type.Object({
    mailer: Type.Optional(OneOf('', 'smtp', 'sendmail', 'sendgrid', 'custom')),
    smtp_host: Type.Optional(Text()),
    smtp_port: Count('587 unless set; 465 is TLS from the start.'),
    smtp_username: Type.Optional(Text()),
    smtp_password: Type.Optional(Text()),
    sendgrid_key: Type.Optional(Text()),
    custom_dsn: Type.Optional(Text({ description: '`smtp://…`, `smtps://…` or `sendmail://default`.' })),
    from_name: Type.Optional(Text()),
    from_email: Type.Optional(Text()),
    reply_to: Type.Optional(Text()),
    bcc_email: Type.Optional(Text({ description: 'Addresses that get a copy of everything, with commas.' })),
    signature: Type.Optional(Text()),
    dkim_domain: Type.Optional(Text({ description: 'Domain, selector and key together sign all mail.' })),
    dkim_selector: Type.Optional(Text()),
    dkim_private_key: Type.Optional(Text({ description: 'PEM.' })),
    log_enabled: Type.Optional(Flag()),
    queue_once: Count('How many letters one run sends; 0 is all.'),
    time_limit: Count('Minutes one run may take, 5 unless set.'),
    cancel_after: Count('A letter that failed more often is given up, 5 unless set.'),
  }),
  permissions: {
    view_email_history: 'See what was sent and what waits to be.',
    delete_email_history: 'Remove letters from the history.',
    send_emails: 'Write to people.',
    view_templates: 'See the texts of letters.',
    manage_templates: 'Change the texts of letters.',
    manage_settings: 'Change how mail is sent.',
  },
  tables: ['email_template', 'email_template_group', 'email_queue', 'email_sent', 'activity_client_email'],
  migrations,
  folder: FOLDER,

  setup({ clients, staff }, { config, settings: store, secrets, catalog, limits }) {
    const baseUrl = config.baseUrl.replace(/\/$/, '');
    const settings = settingsReader(store, config.baseUrl);
    const files = createLetterFiles(catalog);
    const sandbox = createSandbox({
      baseUrl,
      timeZone: config.timeZone,
      subject: 'Email template',
      code: 'email.template',
    });
    const common = async (ctx: Context, lang?: string) => {
      const { company, fromEmail, signature, tel, locale } = await settings(ctx);
      const shop = { name: company, email: fromEmail, signature, tel, www: `${baseUrl}/` };
      return {
        sender: { company, email: fromEmail, signature, baseUrl },
        guest: { system_company: shop }, // as templates written for FOSSBilling call it
        lang: lang ?? locale,
        now: ctx.now,
      };
    };
    const templates = createTemplates({ files, sandbox, secrets, staff, common });
    const host = new URL(config.baseUrl).hostname;
    const fallback = { mailUrl: config.mailUrl, folder: join(config.dataDir, 'outbox') };
    const queue = createQueue({ secrets, settings, fallback, host });
    const history = createHistory({ secrets, queue, clients, settings });
    const client = clientApi(history, limits);
    const post = createPost({ templates, queue, files, sandbox, settings, clients, staff, common });
    const [mailAdmin, templateAdmin] = [mailApi({ history, queue, post, staff }), templateApi(templates)];
    return {
      provides: provide(emailService, {
        sendTemplate: post.sendTemplate,
        record: history.record,
        forgetBefore: history.forgetBefore,
      }),
      pages: [
        ...letterPages(client),
        ...templatePages(templates, templateAdmin),
        ...mailPages({ history, queue, settings, fallback, admin: mailAdmin }),
      ],
      widgets: emailWidgets,
      plugins: clientPlugs(phrasesOf(FOLDER)),
      menu: [...letterMenu, ...templateMenu, ...mailMenu],
      api: { client, admin: { ...mailAdmin, ...templateAdmin } },
      postOffice: post.office,
      listeners: [on(emailQueued, 'send_queued', (ctx, { emailId }) => queue.send(ctx, emailId))],
      hooks: [
        before(clientBeingRemoved, async (tx, { clientId }) => {
          await queue.removeOf(tx, clientId);
          await history.removeOf(tx, clientId);
        }),
        before(staffGroupBeingRemoved, async (tx, { groupId }) => {
          if (await templates.isGroupUsed(tx, groupId))
            throw conflict('email.group_in_use', 'Cannot remove group which is used to restrict email templates');
        }),
      ],
      jobs: [
        {
          name: 'batch_sendmail',
          schedule: '*/5 * * * *',
          cron: { order: 130 },
          run: async (ctx) => {
            await queue.sendDue(ctx, { withWaiting: false });
            await queue.forgetSent(ctx);
          },
        },
      ],
      prepare: (ctx) => templates.sync(ctx),
    };
  },
});
