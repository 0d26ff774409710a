import { Type } from '@sinclair/typebox';
import { holds, type AdminActor } from '#core/actor';
import type { Context } from '#core/context';
import { adminEndpoint, Done } from '#core/endpoint';
import { Anything, Flag, Id, MapOf, required, Text } from '#core/schema';
import type { MenuEntry, Page } from '#core/web/page';
import type { adminApi } from './api/admin.ts';
import { fromChoiceLines, toChoiceLines } from './choice-lines.ts';
import { isChoice } from './options.ts';
import { presentForm, presentListed, presentRawField } from './schema.ts';
import type { Forms } from './service.ts';

const PATH = '/admin/formbuilder';
const Shown = MapOf(Anything());
const TYPES = ['text', 'url', 'select', 'radio', 'checkbox', 'textarea'];
const Line = Type.Optional(Text({ maxLength: 255 }));

/** Order forms, in the panel. */
export function formPages(forms: Forms, admin: ReturnType<typeof adminApi>): readonly Page[] {
  const list = adminEndpoint({
    summary: 'All order forms.',
    permission: 'view',
    input: Type.Object({}),
    output: Shown,
    handle: async (ctx) => ({ forms: (await forms.list(ctx)).map(presentListed), may_manage: mayManage(ctx) }),
  });
  const one = adminEndpoint({
    summary: 'One order form with its fields.',
    permission: 'view',
    input: Type.Object({ form_id: Id }),
    output: Shown,
    handle: async (ctx, { form_id }) => ({
      ...presentForm(await forms.get(ctx, form_id)),
      types: TYPES,
      may_manage: mayManage(ctx),
    }),
  });
  const field = adminEndpoint({
    summary: 'One field, as a form.',
    permission: 'manage',
    input: Type.Object({ form_id: Id, id: Id }),
    output: Shown,
    handle: async (ctx, { id }) => {
      const found = await forms.getField(ctx, id);
      return {
        ...presentRawField(found),
        has_choices: isChoice(found.type),
        choices: isChoice(found.type) ? toChoiceLines(found.options) : '',
      };
    },
  });
  const save = adminEndpoint({
    summary: 'Change a field; what the form of the panel does not show stays.',
    permission: 'manage',
    input: Type.Object({
      id: Id,
      name: required('The field needs a name.', Text({ maxLength: 255 })),
      label: required('The field needs a label.', Text({ maxLength: 255 })),
      description: Line,
      default_value: Line,
      prefix: Line,
      suffix: Line,
      required: Flag(),
      hidden: Flag(),
      readonly: Flag(),
      hide_label: Flag(),
      choices: Type.Optional(Text()),
    }),
    output: Done,
    handle: async (ctx, sent) => {
      const before = await forms.getField(ctx, sent.id);
      const { isUnique, showInitial, showMiddle, showPrefix, showSuffix, textSize } = before;
      const traits = {
        isUnique,
        showInitial,
        showMiddle,
        showPrefix,
        showSuffix,
        textSize,
        name: sent.name,
        label: sent.label,
        description: sent.description || undefined,
        defaultValue: sent.default_value || undefined,
        prefix: sent.prefix || undefined,
        suffix: sent.suffix || undefined,
        isRequired: sent.required,
        isHidden: sent.hidden,
        isReadonly: sent.readonly,
        hidesLabel: sent.hide_label,
      };
      await forms.updateField(ctx, sent.id, undefined, traits, {
        options: before.options,
        ...(isChoice(before.type) && fromChoiceLines(sent.choices ?? '')),
      });
      return true as const;
    },
  });

  const [form, fieldForm] = [`${PATH}/:form_id`, `${PATH}/:form_id/field/:id`];
  const onForm = { role: 'admin', then: form } as const;
  return [
    { role: 'admin', route: 'GET /formbuilder', endpoint: list, view: 'admin/forms' },
    { role: 'admin', route: 'POST /formbuilder', endpoint: admin.create_form, then: PATH, says: 'forms.created' },
    { role: 'admin', route: 'GET /formbuilder/:form_id', endpoint: one, view: 'admin/form' },
    { ...onForm, route: 'POST /formbuilder/:form_id', endpoint: admin.update_form_settings, says: 'forms.saved' },
    {
      ...onForm,
      route: 'POST /formbuilder/:form_id/copy',
      endpoint: admin.copy_form,
      then: PATH,
      says: 'forms.copied',
    },
    {
      ...onForm,
      route: 'POST /formbuilder/:id/delete',
      endpoint: admin.delete_form,
      then: PATH,
      says: 'forms.removed',
    },
    { ...onForm, route: 'POST /formbuilder/:form_id/field', endpoint: admin.add_field, says: 'forms.fieldAdded' },
    { role: 'admin', route: 'GET /formbuilder/:form_id/field/:id', endpoint: field, view: 'admin/field' },
    {
      ...onForm,
      route: 'POST /formbuilder/:form_id/field/:id',
      endpoint: save,
      then: fieldForm,
      says: 'forms.fieldSaved',
    },
    {
      ...onForm,
      route: 'POST /formbuilder/:form_id/field/:id/delete',
      endpoint: admin.delete_field,
      says: 'forms.fieldRemoved',
    },
  ];
}

const mayManage = ({ actor }: Context<AdminActor>): boolean => holds(actor.rights, 'formbuilder', 'manage');

export const formMenu: readonly MenuEntry[] = [
  { role: 'admin', title: 'menu.forms', href: PATH, order: 70, permission: 'view', group: 'system' },
];
