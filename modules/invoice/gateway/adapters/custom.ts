import { Type } from '@sinclair/typebox';
import sanitize from 'sanitize-html';
import { conflict, forbidden, invalidInput } from '#core/error';
import type { Settings } from '#core/product';
import { Text } from '#core/schema';
import type { Sandbox } from '#core/template/sandbox';
import type { HouseGateway } from '../house.ts';

const Instructions = (title: string) =>
  Type.Optional({
    ...Text(),
    title,
    widget: 'textarea',
    description: 'A template that may name the parts of `invoice`.',
  });

/** Money that arrives by itself, such as a bank transfer: the payer reads how, and staff say when it came. */
export const customGateway = (templates: Sandbox): HouseGateway => ({
  code: 'Custom',
  title: 'Custom',
  description: 'Shows the payer what you write here. You confirm each payment yourself.',
  takesOneTimePayments: true,
  takesSubscriptions: true,
  isFrameable: true,
  vouchedBy: 'staff',
  config: Type.Object({
    single: Instructions('Instructions for one payment'),
    recurrent: Instructions('Instructions for payments each period'),
  }),

  async createPayment(_ctx, { invoice, subscription }, { values }) {
    const text = textOf(values, subscription === undefined ? 'single' : 'recurrent') || textOf(values, 'single');
    if (text.trim() === '') throw conflict('gateway.unconfigured', '"Custom" payment adapter is not fully configured.');
    return { kind: 'html', html: clean(await templates.html(text, { invoice: invoice.shown })) };
  },

  verify: async (_ctx, { source }) => {
    if (source !== 'admin')
      throw forbidden('gateway.staff_only', 'Custom payment gateway callbacks must be confirmed by an administrator.');
  },

  /** Staff vouch for the whole invoice; there is nothing to read. */
  receive: async () => {
    throw invalidInput('gateway.staff_only', 'Custom payment gateway callbacks must be confirmed by an administrator.');
  },
});

const textOf = (values: Settings, name: string): string => (typeof values[name] === 'string' ? values[name] : '');

/** What staff wrote is theirs, but nothing in it may run where clients pay. */
const clean = (html: string): string =>
  sanitize(html, {
    allowedTags: [...sanitize.defaults.allowedTags, 'center', 'font', 'img'],
    allowedAttributes: {
      a: ['href', 'title', 'target', 'rel'],
      img: ['src', 'alt', 'width', 'height'],
      '*': ['align', 'valign', 'width', 'height', 'colspan', 'rowspan', 'class'],
    },
    allowedSchemes: ['http', 'https', 'mailto', 'tel'],
  });
