import type { Context } from '#core/context';
import type { PaymentPage } from '#core/gateway';
import type { Invoice, InstalledGateway, PaymentService } from '#modules/invoice/contract';
import type { App } from '../app/service.ts';
import type { PayMethod, ReadRules } from '../rules.ts';

/** The gateway behind a way to pay. */
export interface Way {
  readonly gatewayId: number;
  readonly channel: string;
  readonly isTest: boolean;
}

/** What the buyer does: one of the two is empty (spec 4.5). */
export interface Shown {
  readonly link: string;
  readonly qrcode: string;
  readonly tips: string;
}

/** Adapters that are meant by a method when staff chose no gateway for it. */
const ADAPTERS: Readonly<Record<PayMethod, string>> = {
  alipay: 'Alipay',
  wechat: 'WechatPay',
  wechat_h5: 'WechatPay',
  qqpay: 'QQWallet',
  paypal: 'PayPal',
};
const SANDBOX = 'Sandbox';

const TIPS: Readonly<Record<PayMethod, readonly [chinese: string, english: string]>> = {
  alipay: ['请使用支付宝扫码付款', 'Scan the code with Alipay.'],
  wechat: ['请使用微信扫码付款', 'Scan the code with WeChat.'],
  wechat_h5: ['请在手机浏览器中打开', 'Open the link in the browser of your phone.'],
  qqpay: ['请使用手机 QQ 扫码付款', 'Scan the code with QQ.'],
  paypal: ['', ''],
};

export type Ways = ReturnType<typeof createWays>;

/** Methods of payment to the engine's gateways: by setting, else by the adapter's name, else the sandbox where it is on. */
export const createWays = (payments: PaymentService, rules: ReadRules, baseUrl: string) => ({
  /** Undefined for a method that this app does not offer. */
  async find(ctx: Context, app: App, method: PayMethod): Promise<Way | undefined> {
    if (!app.settings.methods.includes(method)) return undefined;
    const { gateways, hasSandbox, alipayChannel } = await rules.recent(ctx);
    const enabled = await payments.listEnabled(ctx);
    const isAllowed = ({ code }: InstalledGateway): boolean => code !== SANDBOX || hasSandbox;
    const wanted = gateways[method];
    const gateway =
      wanted === undefined
        ? (enabled.find(({ code }) => code === ADAPTERS[method]) ?? enabled.find(({ code }) => code === SANDBOX))
        : enabled.find(({ id }) => id === wanted);
    if (gateway === undefined || !isAllowed(gateway)) return undefined;
    const channel = { alipay: alipayChannel, wechat: 'qr', wechat_h5: 'h5', qqpay: 'qr', paypal: 'web' }[method];
    return { gatewayId: gateway.id, channel, isTest: gateway.code === SANDBOX || gateway.isTest };
  },

  /** Uses the network: not inside a transaction. */
  async start(
    ctx: Context,
    app: App,
    way: Way & { readonly method: PayMethod; readonly backUrl: string },
    invoice: Invoice,
  ): Promise<Shown & { readonly reference: string }> {
    const { gatewayId, channel, backUrl } = way;
    const options = { gatewayId, channel, backUrl, allowsSubscription: false, redirectsAtOnce: true };
    const { page, reference } = await payments.start(ctx, invoice, options);
    return { reference, ...shownOf(page, `${baseUrl}invoice/${invoice.hash}`), tips: tipsOf(app, way, page) };
  },
});

/** What is neither an address nor a code is shown on the page of the invoice. */
function shownOf(page: PaymentPage, invoiceUrl: string): { link: string; qrcode: string } {
  if (page.kind === 'code') return { link: '', qrcode: page.text };
  return { link: page.kind === 'redirect' ? page.url : invoiceUrl, qrcode: '' };
}

function tipsOf({ settings }: App, { method, isTest }: Way & { method: PayMethod }, page: PaymentPage): string {
  const test = isTest ? 'TEST ' : '';
  if (page.kind !== 'code') return test.trim();
  return `${test}${TIPS[method][settings.language.startsWith('zh') ? 0 : 1]}`.trim();
}
