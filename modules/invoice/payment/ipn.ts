import { Type } from '@sinclair/typebox';
import type { Context } from '#core/context';
import { guestEndpoint, type Endpoint } from '#core/endpoint';
import { asAppError, forbidden, invalidInput, type AppError } from '#core/error';
import type { GatewayCall } from '#core/gateway';
import { headerOf, type Dialect, type HttpReply, type HttpRequest } from '#core/http/dialect';
import { parseForm, sanitizeKeys } from '#core/http/form';
import type { Policy } from '#core/http/limit';
import type { Mount } from '#core/module';
import type { Settings } from '#core/product';
import type { InstalledGateways, OpenGateway } from '../gateway/service.ts';
import { callHashOf, keptCall } from '../transaction/call.ts';
import * as transactions from '../transaction/repository.ts';
import type { Bookings } from './booking.ts';
import { inTime } from './patience.ts';

interface Parts {
  readonly gateways: InstalledGateways;
  readonly bookings: Bookings;
  readonly baseUrl: string;
}

/** Gateways say less. */
const LONGEST_BODY = 64 * 1024;

/** One gateway calls from few addresses, and for all who pay. */
const LIMIT: Policy = { name: 'invoice_notification_ip', calls: 1200, seconds: 60 };

/** Where gateways call (invoicing spec 11.3). Nothing is stored that its adapter has not proven to be the gateway's. */
export const ipnMount = ({ gateways, bookings, baseUrl }: Parts): Mount => {
  const endpoint = ipnEndpoint({ gateways, bookings });
  return {
    at: '/ipn.php',
    dialect: ipnDialect(baseUrl),
    // The second for vendors that call no address with a query.
    routes: { 'GET ': endpoint, 'POST ': endpoint, 'POST /:gateway': endpoint },
    pace: { ofAddress: async () => LIMIT, ofCaller: async () => undefined },
  };
};

/** What the dialect hands over: the call whole, since signatures are over what came. */
const IpnInput = Type.Object({ call: Type.Unsafe<ReceivedCall>({}) });

interface ReceivedCall extends Omit<GatewayCall, 'source' | 'transactionId' | 'invoiceId'> {
  readonly invoiceId: number | undefined;
  readonly gatewayId: number | undefined;
}

/** The id of the transaction, or what the gateway wants to hear instead. */
class Acknowledged {
  readonly reply: HttpReply;
  constructor(reply: HttpReply) {
    this.reply = reply;
  }
}

const ipnEndpoint = ({ gateways, bookings }: Omit<Parts, 'baseUrl'>): Endpoint =>
  guestEndpoint({
    summary: 'What a payment gateway says.',
    input: IpnInput,
    output: Type.Unknown(),
    handle: async (ctx, { call: { gatewayId, ...received } }) => {
      if (gatewayId === undefined) throw invalidInput('transaction.no_gateway', 'Payment gateway ID is missing');
      const stored = await gateways.find(ctx, gatewayId);
      const gateway = stored && gateways.open(stored);
      if (gateway === undefined) throw invalidInput('transaction.gateway', 'Invalid payment gateway');
      const call: GatewayCall = { ...received, source: 'ipn', transactionId: undefined };
      const { adapter } = gateway;
      if (adapter.acknowledge === undefined) return take(ctx, bookings, gateway, call);
      try {
        await take(ctx, bookings, gateway, call);
      } catch (thrown) {
        const error = asAppError(thrown);
        if (error.kind === 'internal')
          ctx.log.error('a notice was not booked', { gateway: adapter.code, error: thrown });
        return new Acknowledged(adapter.acknowledge(call, false));
      }
      return new Acknowledged(adapter.acknowledge(call, true));
    },
  });

/** Proven first, then kept, then booked. */
async function take(
  ctx: Context,
  bookings: Bookings,
  { stored, adapter, config }: OpenGateway,
  call: GatewayCall,
): Promise<number | true> {
  if (adapter.verify === undefined || adapter.receive === undefined)
    throw forbidden('payment.no_calls', `Payment adapter ${stored.title} takes no calls.`);
  const notices = await inTime(ctx, adapter.title, async () => {
    await adapter.verify?.(ctx, call, config);
    return (await adapter.receive?.(ctx, call, config)) ?? [];
  });
  const server = { REQUEST_METHOD: call.method, CONTENT_TYPE: call.headers['content-type'] ?? '' };
  const kept = keptCall({ get: call.query, post: call.body, raw: call.raw, server }, 'ipn');
  let id: number | true = true;
  for (const notice of notices)
    id = await bookings.book(ctx, stored.id, notice, { call: kept, callHash: callHashOf(kept), ip: ctx.ip });
  const row = id === true ? undefined : await transactions.findById(ctx.db, id);
  // Kept all the same; without an acknowledgement of its own the gateway hears what is wrong.
  if (row?.status === 'error' && adapter.acknowledge === undefined)
    throw invalidInput('payment.refused', row.error ?? 'The payment could not be booked.');
  return id;
}

function ipnDialect(baseUrl: string): Dialect {
  const answer = (request: HttpRequest, status: number, body: unknown): HttpReply =>
    backToInvoice(request, baseUrl) ?? {
      status,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
      body: JSON.stringify(body),
    };
  return {
    name: 'ipn',
    envelope: () => Type.Unknown(),
    credentials: () => ({ scheme: 'visit' }),
    read: (request) => ({ call: callIn(request) }),
    write: (request, result) =>
      result instanceof Acknowledged
        ? (backToInvoice(request, baseUrl) ?? asBytes(result.reply))
        : answer(request, 200, { result, error: null }),
    fail: (request, error) => {
      const code = CODES[error.code] ?? (error.code === 'payment.ipn_id' ? undefined : byKind(error));
      return answer(request, statusOf(error), {
        result: null,
        error: { message: error.message, ...(code !== undefined && { code }) },
      });
    },
  };
}

const CODES: Readonly<Record<string, number>> = { 'api.body_too_large': 413, 'payment.ipn_too_large': 413 };
const byKind = ({ kind }: AppError): number =>
  (({ forbidden: 403, unavailable: 503, rate_limited: 429, internal: 9998 }) as Record<string, number>)[kind] ?? 9999;

/** A gateway calls again unless it hears 200: it shall when what it says could not be looked at, or was not proven. */
function statusOf(error: AppError): number {
  if (error.code === 'payment.ipn_id' || error.code === 'http.method_not_allowed') return 400;
  if (CODES[error.code] !== undefined) return 413;
  if (error.kind === 'internal') return 500;
  if (error.kind === 'unavailable') return 503;
  if (error.kind === 'forbidden') return 403;
  return error.kind === 'rate_limited' ? 429 : 200;
}

function callIn(request: HttpRequest): ReceivedCall {
  if (request.body.length > LONGEST_BODY)
    throw invalidInput('payment.ipn_too_large', 'The request body is too large. The limit is 64 KiB.');
  const query = parseForm(request.query);
  const raw = request.body.toString('utf8');
  const body = bodyOf(headerOf(request, 'content-type') ?? '', raw);
  return {
    method: request.method,
    query,
    body,
    raw,
    headers: headersOf(request),
    invoiceId: idIn('invoice', query['invoice_id'] ?? body['invoice_id']),
    gatewayId: idIn('gateway', request.params?.['gateway'] ?? query['gateway_id'] ?? body['gateway_id']),
  };
}

function bodyOf(contentType: string, raw: string): Settings {
  if (raw === '') return {};
  if (!/^\s*[[{]/.test(raw) || /^application\/x-www-form-urlencoded/i.test(contentType)) return parseForm(raw);
  try {
    const value = sanitizeKeys(JSON.parse(raw));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Settings) : {};
  } catch {
    return {};
  }
}

/** Present, it must be one. */
function idIn(name: 'invoice' | 'gateway', value: unknown): number | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  if (!/^[1-9]\d{0,14}$/.test(text)) throw invalidInput('payment.ipn_id', `Invalid ${name} ID`);
  return Number(text);
}

/** Cookies are nobody's business. */
const headersOf = (request: HttpRequest): Record<string, string> =>
  Object.fromEntries(
    Object.keys(request.headers)
      .filter((name) => name !== 'cookie')
      .map((name) => [name, headerOf(request, name) ?? '']),
  );

/** Payers come back here too, and see their invoice whatever became of the call. Only ever our own page. */
function backToInvoice(request: HttpRequest, baseUrl: string): HttpReply | undefined {
  const { redirect, invoice_hash: hash } = parseForm(request.query);
  if (redirect === undefined || redirect === '' || redirect === '0' || typeof hash !== 'string') return undefined;
  const clean = hash.replaceAll(/[^a-z0-9]/gi, '').slice(0, 255);
  if (clean === '') return undefined;
  return {
    status: 302,
    headers: { location: `${baseUrl}invoice/${clean}`, 'cache-control': 'no-store' },
    body: Buffer.alloc(0),
  };
}

const asBytes = ({ body, ...reply }: HttpReply): HttpReply => ({
  ...reply,
  body: typeof body === 'string' ? Buffer.from(body) : body,
});
