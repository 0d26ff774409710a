import assert from 'node:assert/strict';
import { randomUUID, sign } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { admin, type TestApp } from './app.ts';
import { issue, type Issued } from './certificate.ts';
import { createVendor, type Heard, type Said } from './vendor.ts';

/** Plays PayPal: gives tokens, keeps orders, captures and refunds, and signs what its webhook says. */

export const [CLIENT_ID, CLIENT_SECRET, WEBHOOK] = [
  'AClientOfTheTests_31',
  'a secret of the app',
  '8PT597110X687430LKGECATA',
];
const CERTIFICATE = '/v1/notifications/certs/CERT-360caa42-fca2a594';

interface Amount {
  readonly currency_code: string;
  readonly value: string;
}
interface Refund {
  readonly id: string;
  readonly amount: Amount;
  readonly custom_id?: string;
  status: string;
}
interface Order {
  readonly id: string;
  readonly unit: { readonly custom_id: string; readonly amount: Amount };
  readonly words: Record<string, unknown>;
  status: string;
  capture?: { readonly id: string; status: string; amount: Amount; custom_id: string };
  readonly refunds: Map<string, Refund>;
}
export interface AskedOf {
  readonly method: string;
  readonly path: string;
  readonly requestId: string | undefined;
  // What came is what is tested.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly words: any;
}

/** Making keys takes a while: once for all. */
let papers: { readonly authority: Issued; readonly paypal: Issued; readonly impostor: Issued } | undefined;

function issuePapers() {
  const authority = issue({ name: 'Authority of the tests', isAuthority: true });
  const paypal = issue({ name: 'messageverificationcerts.paypal.com' }, authority);
  return { authority, paypal, impostor: issue({ name: 'messageverificationcerts.paypal.com', isAuthority: true }) };
}

export function createPayPal() {
  const vendor = createVendor();
  const { authority, paypal, impostor } = (papers ??= issuePapers());
  const orders = new Map<string, Order>();
  const byRequest = new Map<string, Order>();
  const asked: AskedOf[] = [];
  let tokens = 0;
  let token = '';
  let instead: ((one: AskedOf) => Said | 'hang' | undefined) | undefined;
  let lost: RegExp | undefined;
  let certificates = paypal.certificate;
  let count = 0;

  const json = (status: number, words: object): Said => ({
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(words),
  });
  const no = (status: number, issue: string): Said =>
    json(status, {
      name: status === 404 ? 'RESOURCE_NOT_FOUND' : 'UNPROCESSABLE_ENTITY',
      details: [{ issue }],
      debug_id: 'x',
    });
  const links = (...all: [rel: string, path: string][]) =>
    all.map(([rel, path]) => ({ rel, method: 'GET', href: path.startsWith('http') ? path : `${vendor.url}${path}` }));

  const shown = ({ id, status, unit, capture }: Order) => ({
    id,
    status,
    intent: 'CAPTURE',
    purchase_units: [{ ...unit, ...(capture && { payments: { captures: [captureOf(capture)] } }) }],
    links: links(['payer-action', `https://www.sandbox.paypal.com/checkoutnow?token=${id}`]),
  });
  const captureOf = (capture: NonNullable<Order['capture']>) => ({ ...capture, final_capture: true });
  const ofCapture = (id: string) => [...orders.values()].find(({ capture }) => capture?.id === id);
  const cents = ({ value }: Amount): number => Math.round(Number(value) * 100);

  function outcomeOf({ method, path, words, requestId }: AskedOf): Said {
    const [, kind = '', id = '', action] =
      /^\/v2\/(?:checkout|payments)\/(\w+)(?:\/([\w-]+))?(?:\/(\w+))?$/.exec(path) ?? [];
    if (method === 'POST') assert.ok(requestId, 'a request id');
    if (kind === 'orders' && id === '') {
      const known = byRequest.get(requestId ?? '');
      if (known !== undefined) return json(200, shown(known));
      const [unit] = words.purchase_units as [Order['unit']];
      if (!/^\d+(\.\d\d)?$/.test(unit.amount.value)) return no(422, 'INVALID_CURRENCY_FORMAT');
      const made: Order = { id: `ORDER${++count}`, unit, words, status: 'PAYER_ACTION_REQUIRED', refunds: new Map() };
      orders.set(made.id, made);
      byRequest.set(requestId ?? '', made);
      return json(201, shown(made));
    }
    if (kind === 'orders') {
      const order = orders.get(id);
      if (order === undefined) return no(404, 'INVALID_RESOURCE_ID');
      if (action === undefined) return json(200, shown(order));
      if (order.status === 'COMPLETED')
        return byRequest.get(requestId ?? '') === order ? json(200, shown(order)) : no(422, 'ORDER_ALREADY_CAPTURED');
      if (order.status !== 'APPROVED') return no(422, 'ORDER_NOT_APPROVED');
      take(order);
      byRequest.set(requestId ?? '', order);
      return json(201, shown(order));
    }
    if (kind === 'captures') {
      const order = ofCapture(id);
      if (order?.capture === undefined) return no(404, 'INVALID_RESOURCE_ID');
      if (action === undefined) return json(200, captureOf(order.capture));
      const known = order.refunds.get(requestId ?? '');
      if (known !== undefined) return json(200, refundOf(order, known));
      const { amount, custom_id } = words as Refund;
      const left =
        cents(order.capture.amount) - [...order.refunds.values()].reduce((sum, one) => sum + cents(one.amount), 0);
      if (amount.currency_code !== order.capture.amount.currency_code || cents(amount) > left)
        return no(422, 'REFUND_AMOUNT_EXCEEDED');
      const refund: Refund = { id: `REFUND${++count}`, amount, status: 'COMPLETED', ...(custom_id && { custom_id }) };
      order.refunds.set(requestId ?? '', refund);
      return json(201, refundOf(order, refund));
    }
    for (const order of orders.values())
      for (const refund of order.refunds.values()) if (refund.id === id) return json(200, refundOf(order, refund));
    return no(404, 'INVALID_RESOURCE_ID');
  }

  const refundOf = (order: Order, refund: Refund) => ({
    ...refund,
    links: links(
      ['self', `/v2/payments/refunds/${refund.id}`],
      ['up', `/v2/payments/captures/${order.capture?.id ?? ''}`],
    ),
  });

  function take(order: Order): void {
    const { amount, custom_id } = order.unit;
    order.status = 'COMPLETED';
    order.capture = { id: `CAPTURE${++count}`, status: 'COMPLETED', amount, custom_id };
  }

  vendor.answerWith(({ method, path, headers, body }: Heard) => {
    if (path.startsWith('/v1/notifications/certs/')) return { body: certificates };
    const one: AskedOf = {
      method,
      path,
      requestId: headers['paypal-request-id']?.toString(),
      words: body.startsWith('{') ? JSON.parse(body) : body,
    };
    const other = instead?.(one);
    if (other !== undefined) return other;
    if (path === '/v1/oauth2/token') {
      const basic = Buffer.from(`${CLIENT_ID}:${CLIENT_SECRET}`).toString('base64');
      if (headers.authorization !== `Basic ${basic}`) return json(401, { error: 'invalid_client' });
      assert.equal(body, 'grant_type=client_credentials');
      token = `token-${++tokens}`;
      return json(200, { access_token: token, token_type: 'Bearer', expires_in: 32_400 });
    }
    if (headers.authorization !== `Bearer ${token}`) return json(401, { name: 'AUTHENTICATION_FAILURE' });
    asked.push(one);
    const outcome = outcomeOf(one);
    if (lost?.test(path) !== true) return outcome;
    lost = undefined;
    return { status: 502 };
  });

  const orderOf = (reference: string): Order => {
    const order = [...orders.values()].findLast(({ unit }) => unit.custom_id === reference);
    assert.ok(order, `an order for ${reference}`);
    return order;
  };

  return {
    vendor,
    asked,
    orderOf,
    take,
    impostor,
    authority,
    get tokens() {
      return tokens;
    },
    /** Makes the tokens it gave worthless. */
    forgetToken: () => void (token = ''),
    /** What it answers in place of the truth; undefined for the truth. */
    sayInstead: (next: typeof instead) => void (instead = next),
    /** Does the next thing it is asked at such a path, and its answer does not arrive. */
    loseAnswerTo: (path: RegExp) => void (lost = path),
    certifyWith: (pem: string) => void (certificates = pem),
    orderIds: () => [...orders.keys()],
    drop: (id: string) => void orders.delete(id),
    forget() {
      [instead, lost, certificates, tokens] = [undefined, undefined, paypal.certificate, 0];
      orders.clear();
      byRequest.clear();
      asked.length = 0;
      vendor.forget();
    },
    config: () => ({
      client_id: CLIENT_ID,
      client_secret: CLIENT_SECRET,
      webhook_id: WEBHOOK,
      endpoint: vendor.url,
      authority: authority.certificate,
    }),
    /** The reference of the order that a page leads to. */
    referenceOf(url: string): string {
      const id = new URL(url).searchParams.get('token') ?? '';
      return orders.get(id)?.unit.custom_id ?? '';
    },
    /** The payer agrees; nobody is told. */
    approve: (reference: string) => void (orderOf(reference).status = 'APPROVED'),
    refundOnItsPages(reference: string, amount: Amount): string {
      const refund: Refund = { id: `REFUND${++count}`, amount, status: 'COMPLETED' };
      orderOf(reference).refunds.set(refund.id, refund);
      return refund.id;
    },
    /** A notification and the headers that prove it. */
    event(
      type: string,
      id: string,
      at: Date,
      { webhook = WEBHOOK, key = paypal.key.privateKey, path = CERTIFICATE } = {},
    ) {
      const body = JSON.stringify({ id: `WH-${randomUUID()}`, event_type: type, resource: { id } }, undefined, 1);
      const [transmission, time] = [randomUUID(), at.toISOString()];
      const signed = [transmission, time, webhook, crc32(body)].join('|');
      const headers = {
        'content-type': 'application/json',
        'paypal-transmission-id': transmission,
        'paypal-transmission-time': time,
        'paypal-transmission-sig': sign('sha256', Buffer.from(signed), key).toString('base64'),
        'paypal-cert-url': path.startsWith('http') ? path : `${vendor.url}${path}`,
        'paypal-auth-algo': 'SHA256withRSA',
      };
      return { body, headers };
    },
  };
}

/** The gateway in test mode, in which the vendor may be on this machine; its id. There is another one of that title. */
export async function buildPayPal(app: TestApp, config: object, code = 'PayPal'): Promise<number> {
  await app.call(admin, 'invoice/gateway_install', { code });
  const { list } = await app.call<{ list: { id: number; code: string }[] }>(admin, 'invoice/gateway_get_list');
  const id = list.find((one) => one.code === code)?.id ?? 0;
  await app.call(admin, 'invoice/gateway_update', { id, enabled: 1, test_mode: 1, config });
  return id;
}
