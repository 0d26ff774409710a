import { Type } from '@sinclair/typebox';
import type { AdminActor } from '#core/actor';
import type { Context } from '#core/context';
import { adminEndpoint, Done, done, guestEndpoint, ofVisit, signedIn } from '#core/endpoint';
import { notFound } from '#core/error';
import { currencyCodes } from '#core/money';
import { Anything, Flag, MapOf, OneOf, required, Text } from '#core/schema';
import type { SettingStore } from '#core/settings';
import type { Page } from '#core/web/page';
import type { CurrencyService } from '#modules/currency/contract';
import type { ProductService } from '#modules/product/contract';
import type { StaffService } from '#modules/staff/contract';
import type { Setup } from './service.ts';
import type { SetupProgress } from './state.ts';

export const DOOR = '/setup';
export const WIZARD = '/admin/setup';
const STEPS = ['company', 'currency', 'administrator', 'mail', 'product'] as const;
type Step = (typeof STEPS)[number];

const Shown = MapOf(Anything());
const Line = Text({ maxLength: 255, default: '' });
const needed = (message: string) => required(message, Text({ maxLength: 255 }));
const Password = Text({ maxLength: 1024, default: '' });

interface Parts {
  readonly setup: Setup;
  readonly progress: SetupProgress;
  readonly settings: SettingStore;
  readonly staff: StaffService;
  readonly currencies: CurrencyService;
  readonly products: ProductService;
}

/** The wizard. Each step is a form, and a link to the next one for whoever skips it. */
export function setupPages({ setup, progress, settings, staff, currencies, products }: Parts): readonly Page[] {
  const door = guestEndpoint({
    summary: 'The form for the first administrator, while there is none.',
    input: Type.Object({}),
    output: Shown,
    handle: async (ctx) => {
      if (await staff.hasAdministrator(ctx)) throw notFound('setup.none', 'There is nothing to set up.');
      return {};
    },
  });
  const enter = guestEndpoint({
    summary: 'Make the first administrator, with the key that the engine printed, and sign in.',
    limit: 'api_login',
    input: Type.Object({
      key: needed('The key is missing.'),
      name: needed('The name is missing.'),
      email: needed('The e-mail address is missing.'),
      password: Password,
      password_confirm: Password,
    }),
    output: Done,
    handle: async (ctx, { password_confirm: confirmation, ...account }) =>
      signedIn('admin', await setup.createAdministrator(ctx, { ...account, confirmation }), true),
  });

  const show = (step: Step, more: (ctx: Context<AdminActor>) => Promise<object>) =>
    adminEndpoint({
      summary: `The step of the wizard about: ${step}.`,
      permission: 'access',
      input: Type.Object({}),
      output: Shown,
      handle: async (ctx) => {
        await progress.check(ctx);
        return { step, steps: STEPS.map((name) => ({ name, at: at(name) })), next: next(step), ...(await more(ctx)) };
      },
    });

  const company = adminEndpoint({
    summary: 'Name the company.',
    permission: 'access',
    input: Type.Object({
      company_name: needed('The company needs a name.'),
      company_email: Line,
      company_tel: Line,
      company_address_1: Line,
      company_address_2: Line,
      company_address_3: Line,
    }),
    output: Done,
    handle: (ctx, params) => done(setup.saveCompany(ctx, params)),
  });
  const currency = adminEndpoint({
    summary: 'Choose the currency that prices are in.',
    permission: 'access',
    input: Type.Object({ code: Text({ maxLength: 3 }) }),
    output: Done,
    handle: (ctx, { code }) => done(setup.chooseCurrency(ctx, code)),
  });
  const administrator = adminEndpoint({
    summary: 'Take the account over: address, name and a password of your own.',
    permission: 'access',
    input: Type.Object({
      name: needed('The name is missing.'),
      email: needed('The e-mail address is missing.'),
      current_password: Password,
      new_password: Password,
      confirm_password: Password,
    }),
    output: Done,
    handle: async (ctx, { name, email, current_password: current, new_password, confirm_password: confirmation }) => {
      await setup.claimAccount(ctx, { name, email, current, next: new_password, confirmation });
      return ofVisit(async (visit) => {
        await visit.endOtherSessions('admin', ctx.actor.id);
        return true;
      });
    },
  });
  const mail = adminEndpoint({
    summary: 'Say how mail leaves.',
    permission: 'access',
    input: Type.Object({
      from_name: Line,
      from_email: Line,
      mailer: OneOf('', 'smtp', 'sendmail'),
      smtp_host: Line,
      smtp_port: Line,
      smtp_username: Line,
      smtp_password: Password,
      is_tried: Flag(),
    }),
    output: Done,
    handle: (ctx, { is_tried: isTried, ...sent }) => done(setup.saveMail(ctx, sent, isTried)),
  });
  const product = adminEndpoint({
    summary: 'Make the first product, and finish.',
    permission: 'access',
    input: Type.Object({ title: needed('The product needs a title.'), type: Text({ maxLength: 64 }) }),
    output: Type.Integer(),
    handle: (ctx, sent) => setup.prepareProduct(ctx, sent),
  });
  const finish = adminEndpoint({
    summary: 'Leave the wizard for good.',
    permission: 'access',
    input: Type.Object({}),
    output: Done,
    handle: (ctx) => done(setup.finish(ctx)),
  });

  const view = 'admin/step';
  const step = (name: Step, endpoint: Page['endpoint'], shown: Page['endpoint']): Page[] => [
    { role: 'admin', route: `GET ${at(name).replace('/admin', '')}`, endpoint: shown, view },
    { role: 'admin', route: `POST ${at(name).replace('/admin', '')}`, endpoint, then: next(name) },
  ];
  return [
    { role: 'guest', route: `GET ${DOOR}`, endpoint: door, view: 'guest/door' },
    { role: 'guest', route: `POST ${DOOR}`, endpoint: enter, then: WIZARD },
    ...step(
      'company',
      company,
      show('company', async (ctx) => ({ params: await settings.params(ctx) })),
    ),
    ...step(
      'currency',
      currency,
      show('currency', async (ctx) => ({ codes: currencyCodes, code: (await currencies.default(ctx)).code })),
    ),
    ...step('administrator', administrator, show('administrator', ownOf)),
    ...step('mail', mail, show('mail', mailOf)),
    {
      role: 'admin',
      route: 'GET /setup/product',
      endpoint: show('product', () => Promise.resolve({ types: Object.entries(products.types()) })),
      view,
    },
    {
      role: 'admin',
      route: 'POST /setup/product',
      endpoint: product,
      leavesFor: (id) => `/admin/product/manage/${String(id)}`,
      says: 'setup.finished',
    },
    { role: 'admin', route: 'POST /setup/finish', endpoint: finish, then: '/admin', says: 'setup.finished' },
  ];

  async function ownOf(ctx: Context<AdminActor>): Promise<object> {
    const own = await staff.find(ctx, ctx.actor.id);
    return { name: own?.name ?? '', email: own?.email ?? '' };
  }

  /** Without the password. */
  async function mailOf(ctx: Context): Promise<object> {
    const { smtp_password: _, ...config } = await settings.config(ctx, 'mod_email');
    return { config };
  }
}

/** The first step is where the wizard is. */
const at = (step: Step): string => (step === STEPS[0] ? WIZARD : `${WIZARD}/${step}`);

const next = (step: Step): string => {
  const following = STEPS[STEPS.indexOf(step) + 1];
  return following === undefined ? '/admin' : at(following);
};
