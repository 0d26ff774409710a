import { Type, type Static, type TObject } from '@sinclair/typebox';
import { Anything, DateTime, Flag, Int, List, Or, OrNull, Text } from '#core/schema';
import type { Field } from './contract.ts';
import type { Style } from './repository.ts';
import type { FieldTraits, FormUse, FormWithFields } from './service.ts';
import { decodeDefault, decodeOptions, decodeOptionsOf } from './value.ts';

const NullableText = Or(Type.String());
const Flag01 = Or(Type.Integer({ minimum: 0, maximum: 1 }));

const common = {
  id: Type.Integer(),
  form_id: Type.Integer(),
  name: Type.String(),
  label: Type.String(),
  hide_label: Flag01,
  description: NullableText,
  type: Type.String(),
  required: Flag01,
  hidden: Flag01,
  readonly: Flag01,
  is_unique: Flag01,
  prefix: NullableText,
  suffix: NullableText,
  show_initial: NullableText,
  show_middle: NullableText,
  show_prefix: NullableText,
  show_suffix: NullableText,
  text_size: Or(Type.Integer()),
  created_at: DateTime,
  updated_at: DateTime,
};

/** As it is kept. */
export const RawFieldView = Type.Object({ ...common, default_value: NullableText, options: NullableText });
/** With its options decoded. */
export const FieldView = Type.Object({ ...common, default_value: NullableText, options: Type.Unknown() });
/** As it is inside a form: options and default value decoded. */
const FormFieldView = Type.Object({ ...common, default_value: Type.Unknown(), options: Type.Unknown() });

export const FormView = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  style: Type.Object({ type: Type.String(), show_title: Type.String() }),
  created_at: DateTime,
  updated_at: DateTime,
  fields: Type.Array(FormFieldView),
});

export const ListedFormView = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  product_count: Type.Integer(),
  order_count: Type.Integer(),
});

export const presentForm = (form: FormWithFields): Static<typeof FormView> => ({
  id: form.id,
  name: form.name,
  style: presentStyle(form.style),
  created_at: form.createdAt,
  updated_at: form.updatedAt,
  fields: form.fields.map((field) => ({
    ...presentCommon(field),
    default_value: decodeDefault(field.defaultValue),
    options: decodeOptions(field.options),
  })),
});

const presentStyle = ({ type, showsTitle }: Style) => ({ type, show_title: showsTitle ? '1' : '0' });

export const presentListed = ({ id, name, use }: { id: number; name: string; use: FormUse }) => ({
  id,
  name,
  product_count: use.product,
  order_count: use.order,
});

export const presentRawField = (field: Field): Static<typeof RawFieldView> => ({
  ...presentCommon(field),
  default_value: field.defaultValue ?? null,
  options: field.options ?? null,
});

export const presentField = (field: Field): Static<typeof FieldView> => ({
  ...presentCommon(field),
  default_value: field.defaultValue ?? null,
  options: decodeOptionsOf(field.options),
});

const presentCommon = (field: Field) => ({
  id: field.id,
  form_id: field.formId,
  name: field.name,
  label: field.label,
  hide_label: flag(field.hidesLabel),
  description: field.description ?? null,
  type: field.type,
  required: flag(field.isRequired),
  hidden: flag(field.isHidden),
  readonly: flag(field.isReadonly),
  is_unique: flag(field.isUnique),
  prefix: field.prefix ?? null,
  suffix: field.suffix ?? null,
  show_initial: field.showInitial ?? null,
  show_middle: field.showMiddle ?? null,
  show_prefix: field.showPrefix ?? null,
  show_suffix: field.showSuffix ?? null,
  text_size: field.textSize ?? null,
  created_at: field.createdAt,
  updated_at: field.updatedAt,
});

const flag = (value: boolean | undefined): number | null => (value === undefined ? null : Number(value));

const sentText = Type.Optional(OrNull(Text({ maxLength: 255 })));
const sentFlag = Type.Optional(OrNull(Flag()));

/** What may be sent of any field. */
export const traitInputs = {
  name: sentText,
  label: sentText,
  hide_label: sentFlag,
  description: sentText,
  default_value: Type.Optional(Anything({ description: 'Text; a list is kept as JSON.' })),
  required: sentFlag,
  hidden: sentFlag,
  readonly: sentFlag,
  is_unique: sentFlag,
  prefix: sentText,
  suffix: sentText,
  show_initial: sentText,
  show_middle: sentText,
  show_prefix: sentText,
  show_suffix: sentText,
  text_size: Type.Optional(OrNull(Int({ minimum: 0, maximum: 65_535 }))),
  options: Type.Optional(Anything({ description: 'For a text: a list or a map, or JSON of one.' })),
};

export const readTraits = (sent: Static<TObject<typeof traitInputs>>): FieldTraits => ({
  ...(sent.name != null && { name: sent.name }),
  ...(sent.label != null && { label: sent.label }),
  description: sent.description ?? undefined,
  defaultValue: sent.default_value,
  hidesLabel: sent.hide_label ?? undefined,
  isRequired: sent.required ?? undefined,
  isHidden: sent.hidden ?? undefined,
  isReadonly: sent.readonly ?? undefined,
  isUnique: sent.is_unique ?? undefined,
  prefix: sent.prefix ?? undefined,
  suffix: sent.suffix ?? undefined,
  showInitial: sent.show_initial ?? undefined,
  showMiddle: sent.show_middle ?? undefined,
  showPrefix: sent.show_prefix ?? undefined,
  showSuffix: sent.show_suffix ?? undefined,
  textSize: sent.text_size ?? undefined,
});

const texts = Type.Optional(List(Text({ maxLength: 255 })));

/** What `update_field` takes of the options, by the type of the field. */
export const optionInputs = {
  labels: texts,
  values: texts,
  textarea_option: texts,
  textarea_size: texts,
};

type SentOptions = Static<TObject<typeof optionInputs & Pick<typeof traitInputs, 'options'>>>;

export const readOptions = (sent: SentOptions) => ({
  options: sent.options,
  labels: sent.labels,
  values: sent.values,
  textareaOptions: sent.textarea_option,
  textareaSizes: sent.textarea_size,
});
