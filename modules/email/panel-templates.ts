import { Type, type Static } from '@sinclair/typebox';
import { holds, type AdminActor } from '#core/actor';
import type { Context } from '#core/context';
import { adminEndpoint, Done, done } from '#core/endpoint';
import { Anything, Flag, MapOf, Text } from '#core/schema';
import type { MenuEntry, Page } from '#core/web/page';
import type { templateApi } from './api/admin-template.ts';
import { clean, EmailId, presentGroup, presentTemplate } from './schema.ts';
import type { Templates } from './templates.ts';

const PATH = '/admin/email/templates';
const ONE = `${PATH}/:id`;
const Shown = MapOf(Anything());
const Written = Type.Object({
  ...EmailId,
  enabled: Type.Optional(Flag()),
  category: Type.Optional(Text({ maxLength: 64 })),
  subject: Type.Optional(Text({ maxLength: 255 })),
  content: Type.Optional(Text()),
});

/** The texts of letters, in the panel. */
export function templatePages(templates: Templates, admin: ReturnType<typeof templateApi>): readonly Page[] {
  const show = adminEndpoint({
    summary: 'A template, as a form.',
    permission: 'view_templates',
    input: Written,
    output: Shown,
    handle: (ctx, { id }) => describe(ctx, id),
  });
  const blank = adminEndpoint({
    summary: 'The form for a template of your own.',
    permission: 'manage_templates',
    input: Type.Object({}),
    output: Shown,
    handle: () => Promise.resolve({}),
  });
  const preview = adminEndpoint({
    summary: 'What a letter would say, with the values of the last one or samples.',
    permission: 'manage_templates',
    input: Written,
    output: Shown,
    // What is previewed is shown inside the panel: nothing in it may run there or call home.
    handle: async (ctx, { id, content }) => ({
      ...(await describe(ctx, id)),
      preview: clean(await templates.preview(ctx, id, content)),
    }),
  });
  const save = adminEndpoint({
    summary: 'Keep what was written of a template.',
    permission: 'manage_templates',
    input: Written,
    output: Done,
    handle: (ctx, input) => done(templates.update(ctx, input.id, toChange(input))),
  });

  async function describe(ctx: Context<AdminActor>, id: number) {
    const template = await templates.get(ctx, id);
    return {
      ...presentTemplate(template, templates.varsOf(template)),
      variables: namesIn(templates.varsOf(template)),
      groups: (await templates.groupsOf(ctx, id)).map(presentGroup),
      may_manage: holds(ctx.actor.rights, 'email', 'manage_templates'),
    };
  }

  const form = { role: 'admin', then: ONE } as const;
  return [
    { role: 'admin', route: 'GET /email/templates', endpoint: admin.template_get_list, view: 'admin/templates' },
    { role: 'admin', route: 'GET /email/templates/new', endpoint: blank, view: 'admin/new-template' },
    {
      role: 'admin',
      route: 'POST /email/templates/new',
      endpoint: admin.template_create,
      then: PATH,
      says: 'template.created',
    },
    { role: 'admin', route: 'GET /email/templates/:id', endpoint: show, view: 'admin/template' },
    { ...form, route: 'POST /email/templates/:id', endpoint: save, says: 'template.saved' },
    // A text that does not work is shown again where it was tried.
    { role: 'admin', route: 'GET /email/templates/:id/preview', endpoint: show, view: 'admin/template' },
    { role: 'admin', route: 'POST /email/templates/:id/preview', endpoint: preview, view: 'admin/template' },
    { ...form, route: 'POST /email/templates/:id/reset', endpoint: admin.template_reset, says: 'template.wasReset' },
    {
      ...form,
      route: 'POST /email/templates/:id/delete',
      endpoint: admin.template_delete,
      then: PATH,
      says: 'template.removed',
    },
  ];
}

/** Browsers end the lines of a form in their own way; a text that nobody changed must stay the module's. */
function toChange({ enabled, category, subject, content }: Static<typeof Written>) {
  return { isEnabled: enabled, category, subject, content: content?.replaceAll('\r\n', '\n') };
}

/** `{{ client.first_name }}`: what a template may speak of, two levels deep. */
const namesIn = (values: Readonly<Record<string, unknown>>): string[] =>
  Object.entries(values).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.keys(value).map((inner) => `${name}.${inner}`)
      : [name],
  );

export const templateMenu: readonly MenuEntry[] = [
  { role: 'admin', title: 'menu.templates', href: PATH, order: 10, permission: 'view_templates', group: 'messages' },
];
