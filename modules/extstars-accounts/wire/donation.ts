import { Type } from '@sinclair/typebox';
import { isEmail } from '#core/email';
import { guestEndpoint } from '#core/endpoint';
import { Anything, DateTime } from '#core/schema';
import type { App, Apps } from '../app/service.ts';
import { emailOf, textOf, wholeOf } from '../body.ts';
import { APP_HEADER, Headers } from '../dialect.ts';
import { avatarUrl, cleanLink, cleanName } from '../donation/clean.ts';
import type { Donation, Sorting } from '../donation/repository.ts';
import type { Donations } from '../donation/service.ts';
import { readSum, sumText } from '../order/amount.ts';
import type { Donate } from '../order/donate.ts';
import { Envelope, refuse, succeed } from '../reply.ts';
import type { AvatarRules, ReadRules } from '../rules.ts';
import { Asked, OrderData, type CheckOrder } from './order-check.ts';
import { methodOf, presentStarted, StartedData } from './started.ts';

interface Needs {
  readonly apps: Apps;
  readonly donate: Donate;
  readonly donations: Donations;
  readonly checkOrder: CheckOrder;
  readonly rules: ReadRules;
  readonly baseUrl: string;
}

const DonorData = Type.Object({
  id: Type.Integer(),
  user_name: Type.String(),
  user_link: Type.String(),
  avatar_url: Type.String(),
  amount: Type.String(),
  created_at: DateTime,
});

const LIMIT = { usual: 20, most: 500 };
const LONGEST_DEVICE = 255;

/** Donations and who gave them (spec 4.5 and 4.6). */
export const donationEndpoints = ({ apps, donate, donations, checkOrder, rules, baseUrl }: Needs) => ({
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
      const email = emailOf(input.user_email);
      const userLink = cleanLink(textOf(input.user_link));
      const isComplete =
        app.settings.donations &&
        deviceId !== '' &&
        [...deviceId].length <= LONGEST_DEVICE &&
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
        email,
        userName,
        userLink,
      };
      const started = await donate(ctx, app, asked);
      return started === undefined ? refuse(102, 'gateway', app) : succeed(presentStarted(started, baseUrl), app);
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
});

const SORTING: Readonly<Record<string, Sorting>> = { '1': 'newest', '2': 'lowest', '3': 'newest' };

/** Nonsense is what was not sent. */
function positive(value: unknown, fallback: number): number {
  const number = wholeOf(value);
  return number === undefined || number < 0 ? fallback : number;
}

/** Cleaned on the way out as well: rows may have come from elsewhere. */
const presentDonor = (donation: Donation, { settings }: App, avatar: AvatarRules) => ({
  id: donation.id,
  user_name: cleanName(donation.userName) || cleanName(settings.anonymous_name) || '匿名',
  user_link: cleanLink(donation.userLink) ?? '',
  avatar_url: avatarUrl(donation.avatarHash, avatar),
  amount: sumText(donation.money),
  created_at: donation.paidAt,
});
