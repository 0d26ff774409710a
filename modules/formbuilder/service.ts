import { atomic, type Context, type Tx } from '#core/context';
import { conflict, invalidInput, notFound } from '#core/error';
import { formBeingRemoved, type Field, type FieldType, type FormService, type FormUser } from './contract.ts';
import * as enforcement from './enforcement.ts';
import { fieldNameOf } from './field-name.ts';
import { copiedOptions, initialOptions, writtenOptions, type SentOptions } from './options.ts';
import * as forms from './repository.ts';
import type { Form, NewField } from './repository.ts';
import { encode } from './value.ts';

/** As is in the contract of this module, and what its own endpoints need. */
export type Forms = ReturnType<typeof createForms>;

export type FormWithFields = Form & { readonly fields: readonly Field[] };
export type FormUse = Record<FormUser['of'], number>;

/** What may be said of any field. */
export interface FieldTraits extends Partial<Omit<NewField, 'formId' | 'type' | 'defaultValue' | 'options'>> {
  /** A list is kept as JSON. */
  readonly defaultValue?: unknown;
}

const DEFAULT_STYLE = { type: 'horizontal', showsTitle: false };
const STYLES = ['horizontal', 'default'];

const TYPES: Readonly<Record<FieldType, string>> = {
  text: 'Text Input',
  url: 'URL Input',
  select: 'Dropdown',
  radio: 'Radio Select',
  checkbox: 'Checkbox',
  textarea: 'Text Area',
};

export function createForms() {
  const users: FormUser[] = [];

  const lent: FormService = {
    names: (ctx) => forms.listNames(ctx.db),
    fields: (ctx, formId) => forms.listFields(ctx.db, formId),
    checkAnswers: async (ctx, formId, answers) =>
      enforcement.checkAnswers(await forms.listFields(ctx.db, formId), answers),
    checkConfig: async (ctx, formId, config) => enforcement.checkConfig(await forms.listFields(ctx.db, formId), config),
    countWith: (user) => void users.push(user),
  };

  return {
    ...lent,

    async get(ctx: Context, id: number): Promise<FormWithFields> {
      const form = await forms.find(ctx.db, id);
      if (form === undefined) throw unknownForm();
      return { ...form, fields: await forms.listFields(ctx.db, id) };
    },

    async getField(ctx: Context, id: number): Promise<Field> {
      return (await forms.findField(ctx.db, id)) ?? unknownField();
    },

    /** Each with how many products and orders have it. */
    async list(ctx: Context): Promise<{ id: number; name: string; use: FormUse }[]> {
      const found = await forms.listNames(ctx.db);
      const ids = found.map(({ id }) => id);
      const counts = await Promise.all(
        users.map(async (user) => ({ of: user.of, counts: await user.countByForm(ctx, ids) })),
      );
      const count = (id: number, of: FormUser['of']): number =>
        counts.reduce((sum, one) => sum + (one.of === of ? (one.counts.get(id) ?? 0) : 0), 0);
      return found.map(({ id, name }) => ({
        id,
        name,
        use: { product: count(id, 'product'), order: count(id, 'order') },
      }));
    },

    create: (ctx: Context, name: string, style: { type?: string | undefined; showsTitle: boolean }) => {
      const type = style.type ?? DEFAULT_STYLE.type;
      if (!STYLES.includes(type))
        throw invalidInput('formbuilder.style', 'Form style was not found in predefined list');
      return atomic(ctx, async (tx) => {
        const id = await forms.insert(tx.db, name, { type, showsTitle: style.showsTitle }, tx.now);
        await tx.record(`Created order form #${id}`);
        return id;
      });
    },

    updateSettings: (ctx: Context, id: number, { name, style }: Pick<Form, 'name' | 'style'>) => {
      if (!STYLES.includes(style.type)) throw invalidInput('formbuilder.form_type', 'Field type not supported');
      return atomic(ctx, async (tx) => {
        if ((await forms.findForUpdate(tx.db, id)) === undefined) throw unknownForm();
        await forms.update(tx.db, id, { name, style }, tx.now);
        await tx.record(`Updated order form #${id}`);
      });
    },

    /** Choices begin anew, as does the style. A form that is not there has no fields (spec C13). */
    copy: (ctx: Context, id: number, name: string) =>
      atomic(ctx, async (tx) => {
        const copyId = await forms.insert(tx.db, name, DEFAULT_STYLE, tx.now);
        for (const field of await forms.listFields(tx.db, id)) {
          const options = copiedOptions(field.type, field.options);
          await forms.insertField(tx.db, { ...field, formId: copyId, options }, tx.now);
        }
        await tx.record(`Copied order form #${id} to #${copyId}`);
        return copyId;
      }),

    /** Products and orders stay, without it. */
    remove: (ctx: Context, id: number) =>
      atomic(ctx, async (tx) => {
        await forms.findForUpdate(tx.db, id);
        await tx.ask(formBeingRemoved, { formId: id });
        await forms.remove(tx.db, id);
        await tx.record(`Deleted order form #${id}`);
      }),

    addField: (ctx: Context, formId: number, sentType: string, traits: FieldTraits, sentOptions: unknown) => {
      const type = typeOf(sentType);
      const options = initialOptions(type, sentOptions);
      return atomic(ctx, async (tx) => {
        // Locked, so that of two new fields each has its own number. The form need not be there (spec C13).
        await forms.findForUpdate(tx.db, formId);
        const number = (await forms.listFields(tx.db, formId)).length + 1;
        const names = {
          name: traits.name || `new_${type}_${number}`,
          label: traits.label || `${TYPES[type]} ${number}`,
        };
        const id = await forms.insertField(tx.db, { ...written(traits), ...names, formId, type, options }, tx.now);
        await tx.record(`Added field #${id} to order form #${formId}`);
        return id;
      });
    },

    /** Writes the whole field: what is not sent is unset. Its type stays. */
    updateField: (ctx: Context, id: number, sentType: string | undefined, traits: FieldTraits, sent: SentOptions) =>
      atomic(ctx, async (tx) => {
        const field = (await forms.findField(tx.db, id)) ?? unknownField();
        await forms.findForUpdate(tx.db, field.formId);
        const name = fieldNameOf(traits.name ?? '');
        await refuseTakenName(tx, field, name);
        const options = writtenOptions(sentType ? typeOf(sentType) : field.type, sent);
        const change = { ...written(traits), name, label: traits.label ?? 'New field', options };
        await forms.updateField(tx.db, id, { ...change, formId: field.formId, type: field.type }, tx.now);
        await tx.record(`Updated field #${id} of order form #${field.formId}`);
        return id;
      }),

    removeField: (ctx: Context, id: number) =>
      atomic(ctx, async (tx) => {
        if (!(await forms.removeField(tx.db, id))) unknownField();
        await tx.record(`Deleted field #${id} of an order form`);
      }),
  };
}

/** Compared here: the databases differ in what they take for the same text. */
async function refuseTakenName(tx: Tx, { id, formId }: Field, name: string): Promise<void> {
  const others = (await forms.listFields(tx.db, formId)).filter((field) => field.id !== id);
  if (others.some((field) => field.name === name))
    throw conflict(
      'formbuilder.name_taken',
      'Unfortunately field with this name exists in this form already. Form must have different field names.',
    );
}

function typeOf(text: string): FieldType {
  if (Object.hasOwn(TYPES, text)) return text as FieldType; // the keys are the types
  throw invalidInput('formbuilder.field_type', 'Form field type is invalid');
}

/** All traits; those that are not sent are unset. */
const written = ({ defaultValue, ...traits }: FieldTraits): Omit<NewField, 'name' | 'label' | 'formId' | 'type'> => ({
  ...UNSET,
  ...traits,
  defaultValue: encode(defaultValue),
});

const UNSET = {
  description: undefined,
  defaultValue: undefined,
  isRequired: undefined,
  isReadonly: undefined,
  isHidden: undefined,
  hidesLabel: undefined,
  isUnique: undefined,
  prefix: undefined,
  suffix: undefined,
  options: undefined,
  showInitial: undefined,
  showMiddle: undefined,
  showPrefix: undefined,
  showSuffix: undefined,
  textSize: undefined,
} as const;

const unknownForm = () => notFound('formbuilder.form_unknown', 'Form was not found');
const unknownField = (): never => {
  throw notFound('formbuilder.field_unknown', 'Field was not found');
};
