import { Type } from '@sinclair/typebox';
import { adminEndpoint, Done, done } from '#core/endpoint';
import { Id, MapOf, required, Text, Truthy } from '#core/schema';
import {
  FieldView,
  FormView,
  ListedFormView,
  optionInputs,
  presentField,
  presentForm,
  presentListed,
  presentRawField,
  RawFieldView,
  readOptions,
  readTraits,
  traitInputs,
} from '../schema.ts';
import type { Forms } from '../service.ts';
import { given, SentId } from './given.ts';

const name = Text({ maxLength: 255 });
const formId = required('Form id was not passed', Id);

export const adminApi = (forms: Forms) => ({
  get_forms: adminEndpoint({
    summary: 'All order forms, each with how many products and orders have it.',
    permission: 'view',
    input: Type.Object({}),
    output: Type.Array(ListedFormView),
    handle: async (ctx) => (await forms.list(ctx)).map(presentListed),
  }),

  get_pairs: adminEndpoint({
    summary: 'Names of all order forms by id.',
    permission: 'view',
    input: Type.Object({}),
    output: MapOf(Type.String()),
    handle: async (ctx) => Object.fromEntries((await forms.names(ctx)).map((form) => [form.id, form.name])),
  }),

  get_form: adminEndpoint({
    summary: 'An order form with its fields.',
    permission: 'view',
    input: Type.Object({ id: SentId }),
    output: FormView,
    handle: async (ctx, { id }) => presentForm(await forms.get(ctx, given('get_form', id))),
  }),

  get_form_fields: adminEndpoint({
    summary: 'The fields of a form as they are kept; none of a form that is not there.',
    permission: 'view',
    input: Type.Object({ form_id: SentId }),
    output: Type.Array(RawFieldView),
    handle: async (ctx, { form_id }) =>
      (await forms.fields(ctx, given('get_form_fields', form_id))).map(presentRawField),
  }),

  get_field: adminEndpoint({
    summary: 'One field.',
    permission: 'view',
    input: Type.Object({ id: SentId }),
    output: FieldView,
    handle: async (ctx, { id }) => presentField(await forms.getField(ctx, given('get_field', id))),
  }),

  create_form: adminEndpoint({
    summary: 'Make an empty order form.',
    permission: 'manage',
    input: Type.Object({
      name: required('Form name was not provided', name),
      type: Type.Optional(Text({ description: '`horizontal` or `default`.' })),
      show_title: Truthy(),
    }),
    output: Type.Integer(),
    handle: (ctx, input) => forms.create(ctx, input.name, { type: input.type, showsTitle: input.show_title }),
  }),

  update_form_settings: adminEndpoint({
    summary: 'Change the name and the style of an order form.',
    permission: 'manage',
    input: Type.Object({
      form_id: formId,
      form_name: required('Form name was not passed', name),
      type: required('Form type was not passed', Text()),
      show_title: Truthy(true),
    }),
    output: Done,
    handle: (ctx, { form_id, form_name, type, show_title }) =>
      done(forms.updateSettings(ctx, form_id, { name: form_name, style: { type, showsTitle: show_title } })),
  }),

  copy_form: adminEndpoint({
    summary: 'Make a copy of an order form; its style and its choices begin anew.',
    permission: 'manage',
    input: Type.Object({ form_id: formId, name: required('Form name was not passed', name) }),
    output: Type.Integer(),
    handle: (ctx, input) => forms.copy(ctx, input.form_id, input.name),
  }),

  delete_form: adminEndpoint({
    summary: 'Delete an order form; products and orders stay, without it.',
    permission: 'manage',
    input: Type.Object({ id: SentId }),
    output: Done,
    handle: (ctx, { id }) => done(forms.remove(ctx, given('delete_form', id))),
  }),

  add_field: adminEndpoint({
    summary: 'Add a field to an order form.',
    permission: 'manage',
    input: Type.Object({ type: required('Form field type is invalid', Text()), form_id: formId, ...traitInputs }),
    output: Type.Integer(),
    handle: (ctx, input) => forms.addField(ctx, input.form_id, input.type, readTraits(input), input.options),
  }),

  update_field: adminEndpoint({
    summary: 'Write a field anew: what is not sent is unset. Its type stays.',
    permission: 'manage',
    input: Type.Object({ id: SentId, type: Type.Optional(Text()), ...traitInputs, ...optionInputs }),
    output: Type.Integer(),
    handle: (ctx, input) =>
      forms.updateField(ctx, given('update_field', input.id), input.type, readTraits(input), readOptions(input)),
  }),

  delete_field: adminEndpoint({
    summary: 'Delete a field.',
    permission: 'manage',
    input: Type.Object({ id: SentId }),
    output: Done,
    handle: (ctx, { id }) => done(forms.removeField(ctx, given('delete_field', id))),
  }),
});
