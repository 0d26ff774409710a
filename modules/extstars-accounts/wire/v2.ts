import { Type } from '@sinclair/typebox';
import type { Context } from '#core/context';
import { guestEndpoint } from '#core/endpoint';
import { isEmail } from '#core/email';
import { Anything, DateTime, Or } from '#core/schema';
import type { App, Apps } from '../app/service.ts';
import { textOf, wholeOf } from '../body.ts';
import { APP_HEADER, Headers } from '../dialect.ts';
import { avatarUrl, cleanLink, cleanName } from '../donation/clean.ts';
import type { Donation, Sorting } from '../donation/repository.ts';
import type { Donations } from '../donation/service.ts';
import { readSum, sumText } from '../order/amount.ts';
import type { Orders, Started } from '../order/service.ts';
import type { Release } from '../release/repository.ts';
import type { Releases } from '../release/service.ts';
import { Envelope, refuse, Reply, say, succeed } from '../reply.ts';
import { METHODS, type AvatarRules, type PayMethod, type ReadRules } from '../rules.ts';

interface Needs {
  readonly apps: Apps;
  readonly releases: Releases;
  readonly orders: Orders;
  readonly donations: Donations;
  readonly rules: ReadRules;
  readonly baseUrl: string;
}

const ReleaseData = Type.Object({
  id: Type.Integer(),
  build_version: Type.Integer(),
  version_code: Type.String(),
  download_size: Type.Integer(),
  download_url: Type.String(),
  update_description: Type.String(),
  created_at: DateTime,
  updated_at: DateTime,
});
const StartedData = Type.Object({
  order_id: Type.Integer(),
  order_check_token: Type.String(),
  link: Type.String(),
  qrcode: Type.String(),
  tips: Type.String(),
  check_url: Type.String(),
});
const DonorData = Type.Object({
  id: Type.Integer(),
  user_name: Type.String(),
  user_link: Type.String(),
  avatar_url: Type.String(),
  amount: Type.String(),
  created_at: DateTime,
});
const OrderData = Type.Object({
  id: Type.Integer(),
  app_id: Type.Integer(),
  amount: Type.String(),
  money: Type.String(),
  is_paid: Type.Integer({ minimum: 0, maximum: 1 }),
  created_at: DateTime,
  app_donation_id: Or(Type.Integer()),
});

const Asked = { order_id: Type.Optional(Anything()), order_check_token: Type.Optional(Anything()) };
const LIMIT = { usual: 20, most: 500 };
const LONGEST = { device: 255, email: 255 };

/** Updates, donations and sales (spec 4.4 to 4.8). */
export function secondVersion({ apps, releases, orders, donations, rules, baseUrl }: Needs) {
  const presentStarted = ({ orderId, token, link, qrcode, tips }: Started) => ({
    order_id: orderId,
    order_check_token: token,
    link,
    qrcode,
    tips,
    check_url: `${baseUrl}api/v2/order/check?order_id=${orderId}&order_check_token=${encodeURIComponent(token)}`,
  });

  async function checkOrder(
    ctx: Context,
    app: App | undefined,
    sent: { readonly order_id?: unknown; readonly order_check_token?: unknown },
  ): Promise<Reply> {
    const [given, token] = [textOf(sent.order_id), textOf(sent.order_check_token)];
    if (given === '' || token === '') return refuse(102, 'incomplete', app);
    const found = await orders.check(ctx, app, wholeOf(given) ?? 0, token);
    if (found === undefined) return refuse(102, 'unknown_order', app);
    const { order, donationId } = found;
    return succeed(
      {
        id: order.id,
        app_id: order.appId,
        amount: order.kind === 'codes' ? String(order.quantity) : sumText(order.money),
        money: sumText(order.money),
        is_paid: order.status === 'paid' ? 1 : 0,
        created_at: order.createdAt,
        app_donation_id: donationId ?? null,
      },
      app,
    );
  }

  const checkByHeader = guestEndpoint({
    summary: 'State of an order.',
    input: Type.Object({ ...Headers, ...Asked }),
    output: Envelope(OrderData, [101, 102]),
    handle: async (ctx, input) => {
      const app = await apps.recent(ctx, input[APP_HEADER]);
      return app === undefined ? refuse(101, 'unknown_app') : checkOrder(ctx, app, input);
    },
  });

  return {
    ping: guestEndpoint({
      summary: 'Whether the service is up.',
      input: Type.Object({}),
      output: Envelope(Type.Null(), [101]),
      handle: async (ctx) =>
        (await rules.recent(ctx)).isInMaintenance
          ? refuse(101, 'maintenance')
          : new Reply(100, say('ok', undefined), null),
    }),

    upgrade: guestEndpoint({
      summary: 'The releases of an app, newest first.',
      input: Type.Object(Headers),
      output: Envelope(Type.Array(ReleaseData), [101]),
      handle: async (ctx, input) => {
        const app = await apps.recent(ctx, input[APP_HEADER]);
        if (app === undefined) return refuse(101, 'unknown_app');
        return succeed((await releases.pull(ctx, app.appId)).map(presentRelease), app);
      },
    }),

    donate: guestEndpoint({
      summary: 'Open a donation.',
      input: Type.Object({
        ...Headers,
        device_id: Type.Optional(Anything()),
        amount: Type.Optional(Anything()),
        pay_method: Type.Optional(Anything()),
        user_email: Type.Optional(Anything()),
        user_name: Type.Optional(Anything()),
        user_link: Type.Optional(Anything()),
      }),
      output: Envelope(StartedData, [101, 102]),
      handle: async (ctx, input) => {
        const app = await apps.recent(ctx, input[APP_HEADER]);
        if (app === undefined) return refuse(101, 'unknown_app');
        const [deviceId, given] = [textOf(input.device_id), textOf(input.amount)];
        const method = methodOf(input.pay_method);
        const money = readSum(given, app.currency);
        const most = readSum(app.settings.donation_max, app.currency);
        const email = textOf(input.user_email);
        const userLink = cleanLink(textOf(input.user_link));
        const isComplete =
          app.settings.donations &&
          deviceId !== '' &&
          [...deviceId].length <= LONGEST.device &&
          money !== undefined &&
          (most === undefined || money.amount <= most.amount) &&
          method !== undefined &&
          (email === '' || isEmail(email)) &&
          userLink !== undefined;
        if (!isComplete) return refuse(102, 'incomplete', app);
        const userName = cleanName(textOf(input.user_name));
        const asked = {
          deviceId,
          given,
          money,
          method,
          email: email.normalize('NFC').toLowerCase(),
          userName,
          userLink,
        };
        const started = await orders.donate(ctx, app, asked);
        return started === undefined ? refuse(102, 'gateway', app) : succeed(presentStarted(started), app);
      },
    }),

    /** With an order's number or token it is the check of that order: one of the contract's texts prints it so. */
    donors: guestEndpoint({
      summary: 'The public list of donors, or the state of an order.',
      input: Type.Object({
        ...Headers,
        ...Asked,
        limit: Type.Optional(Anything()),
        offset: Type.Optional(Anything()),
        order_type: Type.Optional(Anything()),
      }),
      output: Envelope(Type.Union([Type.Array(DonorData), OrderData]), [101, 102]),
      handle: async (ctx, input) => {
        const app = await apps.recent(ctx, input[APP_HEADER]);
        if (app === undefined) return refuse(101, 'unknown_app');
        if (textOf(input.order_id) !== '' || textOf(input.order_check_token) !== '') return checkOrder(ctx, app, input);
        const limit = positive(input.limit, LIMIT.usual);
        const list = await donations.pull(ctx, app.appId, {
          limit: Math.min(limit === 0 ? LIMIT.usual : limit, LIMIT.most),
          offset: positive(input.offset, 0),
          sorting: SORTING[textOf(input.order_type)] ?? 'highest',
        });
        const { avatar } = await rules.recent(ctx);
        return succeed(
          list.map((donation) => presentDonor(donation, app, avatar)),
          app,
        );
      },
    }),

    checkOrder: checkByHeader,
    /** A plain address needs no header: the order knows its app. */
    checkByAddress: guestEndpoint({
      summary: 'State of an order, by its address alone.',
      input: Type.Object({ ...Headers, ...Asked }),
      output: Envelope(OrderData, [101, 102]),
      handle: async (ctx, input) => {
        const app = await apps.recent(ctx, input[APP_HEADER]);
        return input[APP_HEADER] !== undefined && app === undefined
          ? refuse(101, 'unknown_app')
          : checkOrder(ctx, app, input);
      },
    }),

    buy: guestEndpoint({
      summary: 'Buy activation codes.',
      input: Type.Object({
        ...Headers,
        user_email: Type.Optional(Anything()),
        amount: Type.Optional(Anything()),
        pay_method: Type.Optional(Anything()),
      }),
      output: Envelope(StartedData, [101, 102]),
      handle: async (ctx, input) => {
        const app = await apps.recent(ctx, input[APP_HEADER]);
        if (app === undefined) return refuse(101, 'unknown_app');
        const email = textOf(input.user_email);
        const quantity = wholeOf(input.amount) ?? 0;
        const method = methodOf(input.pay_method);
        const isComplete =
          app.settings.sell_codes &&
          isEmail(email) &&
          [...email].length <= LONGEST.email &&
          quantity >= 1 &&
          quantity <= app.settings.order_max_quantity &&
          method !== undefined;
        if (!isComplete) return refuse(102, 'incomplete', app);
        const asked = { email: email.normalize('NFC').toLowerCase(), given: textOf(input.amount), quantity, method };
        const started = await orders.buy(ctx, app, asked);
        return started === undefined ? refuse(102, 'gateway', app) : succeed(presentStarted(started), app);
      },
    }),
  };
}

const SORTING: Readonly<Record<string, Sorting>> = { '1': 'newest', '2': 'lowest', '3': 'newest' };

/** Nonsense is what was not sent. */
function positive(value: unknown, fallback: number): number {
  const number = wholeOf(value);
  return number === undefined || number < 0 ? fallback : number;
}

function methodOf(value: unknown): PayMethod | undefined {
  const text = textOf(value);
  return METHODS.find((method) => method === text);
}

const presentRelease = (release: Release) => ({
  id: release.id,
  build_version: release.buildVersion,
  version_code: release.versionCode,
  download_size: release.downloadSize,
  download_url: release.downloadUrl,
  update_description: release.description,
  created_at: release.createdAt,
  updated_at: release.updatedAt,
});

/** Cleaned on the way out as well: rows may have come from elsewhere. */
const presentDonor = (donation: Donation, { settings }: App, avatar: AvatarRules) => ({
  id: donation.id,
  user_name: cleanName(donation.userName) || cleanName(settings.anonymous_name) || '匿名',
  user_link: cleanLink(donation.userLink) ?? '',
  avatar_url: avatarUrl(donation.avatarHash, avatar),
  amount: sumText(donation.money),
  created_at: donation.paidAt,
});
