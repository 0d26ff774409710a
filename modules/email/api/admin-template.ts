import { Type } from '@sinclair/typebox';
import { adminEndpoint, Done, done } from '#core/endpoint';
import { Flag, Id, listed, PageOf, pageRequest, Paging, required, Text } from '#core/schema';
import {
  EmailId,
  GroupView,
  Ids,
  presentGroup,
  presentRow,
  presentTemplate,
  TemplateRow,
  TemplateView,
} from '../schema.ts';
import type { Templates } from '../templates.ts';

const nothing = Type.Object({});
const Category = Type.Optional(Text({ maxLength: 64 }));
const GroupLink = { ...EmailId, group_id: required('Staff group ID was not passed', Id) };

export const templateApi = (templates: Templates) => ({
  template_get_list: adminEndpoint({
    summary: 'Templates of letters.',
    permission: 'view_templates',
    input: Type.Object({
      ...Paging,
      id: Type.Optional(Text()),
      code: Type.Optional(Text()),
      category: Type.Optional(Text()),
      enabled: Type.Optional(Text()),
      type: Type.Optional(Text({ description: '`custom`; anything else are those that modules ship.' })),
      search: Type.Optional(Text({ description: 'In code, subject and content.' })),
    }),
    output: PageOf(TemplateRow),
    handle: async (ctx, { id, code, category, enabled, type, search, ...paging }) => {
      const filter = {
        id: id ? Number(id) || 0 : undefined,
        code: code || undefined,
        category: category || undefined,
        isEnabled: enabled ? /^(1|true|on|yes)$/i.test(enabled) : undefined,
        isCustom: type ? type === 'custom' : undefined,
        search: search || undefined,
      };
      return listed(await templates.list(ctx, filter, pageRequest(paging)), presentRow);
    },
  }),

  template_get: adminEndpoint({
    summary: 'A template with its text and what it may speak of.',
    permission: 'view_templates',
    input: Type.Object(EmailId),
    output: TemplateView,
    handle: async (ctx, { id }) => {
      const template = await templates.get(ctx, id);
      return presentTemplate(template, templates.varsOf(template));
    },
  }),

  template_create: adminEndpoint({
    summary: 'Make a template of your own. It is tried before it is kept.',
    permission: 'manage_templates',
    input: Type.Object({
      action_code: required('Email template code is required', Text({ maxLength: 100 })),
      subject: required('Email template subject is required', Text({ maxLength: 255 })),
      content: required('Email template content is required', Text()),
      enabled: Flag(),
      category: Category,
    }),
    output: Type.Integer(),
    handle: (ctx, { action_code: code, subject, content, enabled, category }) =>
      templates.create(ctx, { code, subject, content, isEnabled: enabled, category: category || undefined }),
  }),

  template_update: adminEndpoint({
    summary: 'Change a template. What a module ships is overridden, and can be reset.',
    permission: 'manage_templates',
    input: Type.Object({
      ...EmailId,
      enabled: Type.Optional(Flag()),
      category: Category,
      subject: Type.Optional(Text({ maxLength: 255 })),
      content: Type.Optional(Text()),
    }),
    output: Done,
    handle: (ctx, { id, enabled, category, subject, content }) =>
      done(templates.update(ctx, id, { isEnabled: enabled, category, subject, content })),
  }),

  template_delete: adminEndpoint({
    summary: 'Remove a template of your own.',
    permission: 'manage_templates',
    input: Type.Object(EmailId),
    output: Done,
    handle: (ctx, { id }) => done(templates.remove(ctx, id)),
  }),

  batch_template_delete: adminEndpoint({
    summary: 'Remove several templates of your own; those of modules are left.',
    permission: 'manage_templates',
    input: Type.Object(Ids),
    output: Done,
    handle: (ctx, { ids }) => done(templates.removeMany(ctx, ids)),
  }),

  template_reset: adminEndpoint({
    summary: 'Give a template the text of its module back.',
    permission: 'manage_templates',
    input: Type.Object({ code: required('Email template code was not passed', Text()) }),
    output: Done,
    handle: (ctx, { code }) => done(templates.reset(ctx, code)),
  }),

  template_render: adminEndpoint({
    summary: 'What a template says, or what another text would say in its place.',
    permission: 'manage_templates',
    input: Type.Object({ id: Id, _tpl: Type.Optional(Text()) }),
    output: Type.String(),
    handle: (ctx, { id, _tpl: text }) => templates.preview(ctx, id, text),
  }),

  template_group_get_list: adminEndpoint({
    summary: 'Staff groups that get the letters of a template.',
    permission: 'view_templates',
    input: Type.Object(EmailId),
    output: Type.Array(GroupView),
    handle: async (ctx, { id }) => (await templates.groupsOf(ctx, id)).map(presentGroup),
  }),

  template_group_add: adminEndpoint({
    summary: 'Send the letters of a template to a staff group.',
    permission: 'manage_templates',
    input: Type.Object(GroupLink),
    output: Done,
    handle: (ctx, { id, group_id: groupId }) => done(templates.addGroup(ctx, id, groupId)),
  }),

  template_group_remove: adminEndpoint({
    summary: 'Send the letters of a template to a staff group no longer.',
    permission: 'manage_templates',
    input: Type.Object(GroupLink),
    output: Done,
    handle: (ctx, { id, group_id: groupId }) => done(templates.removeGroup(ctx, id, groupId)),
  }),

  template_validate_all: adminEndpoint({
    summary: 'Try every template and note which do not work.',
    permission: 'manage_templates',
    input: nothing,
    output: Type.Object({
      valid: Type.Integer(),
      invalid: Type.Integer(),
      errors: Type.Array(Type.Object({ id: Type.Integer(), action_code: Type.String(), error: Type.String() })),
    }),
    handle: async (ctx) => {
      const { valid, errors } = await templates.validateAll(ctx);
      return {
        valid,
        invalid: errors.length,
        errors: errors.map(({ code, ...rest }) => ({ ...rest, action_code: code })),
      };
    },
  }),

  batch_template_generate: adminEndpoint({
    summary: 'Give all templates of modules their own text back.',
    permission: 'manage_templates',
    input: nothing,
    output: Done,
    handle: (ctx) => done(templates.resetAll(ctx)),
  }),

  batch_template_enable: adminEndpoint({
    summary: 'Turn all templates on, those of modules that were missing included.',
    permission: 'manage_templates',
    input: nothing,
    output: Done,
    handle: (ctx) => done(templates.setAllEnabled(ctx, true)),
  }),

  batch_template_disable: adminEndpoint({
    summary: 'Turn all templates off: no letter is sent from now on.',
    permission: 'manage_templates',
    input: nothing,
    output: Done,
    handle: (ctx) => done(templates.setAllEnabled(ctx, false)),
  }),
});
