import { Type } from '@sinclair/typebox';
import type { Context } from '#core/context';
import { defineHook } from '#core/event';
import type { Settings } from '#core/product';
import { Id } from '#core/schema';
import { defineService } from '#core/service';

/** All that other modules may see of order forms. */

export type FieldType = 'text' | 'url' | 'select' | 'radio' | 'checkbox' | 'textarea';

export interface Field {
  readonly id: number;
  readonly formId: number;
  readonly name: string;
  readonly label: string;
  readonly type: FieldType;
  readonly description: string | undefined;
  /** Text, or JSON that forms show decoded. */
  readonly defaultValue: string | undefined;
  readonly isRequired: boolean | undefined;
  readonly isReadonly: boolean | undefined;
  readonly isHidden: boolean | undefined;
  readonly hidesLabel: boolean | undefined;
  readonly isUnique: boolean | undefined;
  readonly prefix: string | undefined;
  readonly suffix: string | undefined;
  /** JSON: label → value of a choice, `height` and `width` of a text area. */
  readonly options: string | undefined;
  readonly showInitial: string | undefined;
  readonly showMiddle: string | undefined;
  readonly showPrefix: string | undefined;
  readonly showSuffix: string | undefined;
  readonly textSize: number | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Who has rows with a `form_id`. */
export interface FormUser {
  readonly of: 'product' | 'order';
  /** In one query, by form id. */
  countByForm(ctx: Context, formIds: readonly number[]): Promise<ReadonlyMap<number, number>>;
}

export interface FormService {
  /** What all of them are called, for a choice. */
  names(ctx: Context): Promise<readonly { readonly id: number; readonly name: string }[]>;
  /** In the order they are filled in. */
  fields(ctx: Context, formId: number): Promise<readonly Field[]>;
  /** Refuses what a visitor filled in, or left out, of a form that is there (commerce spec 6.4). */
  checkAnswers(ctx: Context, formId: number, answers: Settings): Promise<void>;
  /** Refuses what staff make of the answers of an order. */
  checkConfig(ctx: Context, formId: number, config: Settings): Promise<void>;
  /** Products and orders use this module, so it cannot use them: they tell it what the list of forms shows of them. */
  countWith(user: FormUser): void;
}

export const formService = defineService<FormService>('formbuilder');

/** Asked before a form is removed; modules with rows of this form unlink them here. */
export const formBeingRemoved = defineHook('formbuilder.form_being_removed', Type.Object({ formId: Id }));
