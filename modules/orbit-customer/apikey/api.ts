import { Type, type Static } from '@sinclair/typebox';
import { clientEndpoint, created, type Endpoint } from '#core/endpoint';
import { alsoCalled, Or } from '#core/schema';
import { Answer, Nothing } from '../answer.ts';
import { refusal } from '../failure.ts';
import { Ipv4, Ipv4List, Line, Switch } from '../field.ts';
import { said, time, timeOrNull } from '../format.ts';
import type { ApiKey } from './repository.ts';
import type { ApiKeys, FullKey } from './service.ts';

export const FullKeyView = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  key: Type.String(),
  enabled: Type.Boolean(),
});
export const presentFull = ({ id, name, key, isEnabled }: FullKey): Static<typeof FullKeyView> => ({
  id,
  name,
  key,
  enabled: isEnabled,
});

export const MaskedKeyView = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  key_masked: Type.String(),
  enabled: Type.Boolean(),
  ip_whitelist: Type.Array(Type.String()),
  created_at: Type.String(),
  last_used_at: Or(Type.String()),
});
const STARS = '*'.repeat(20);
export const presentMasked = (key: ApiKey): Static<typeof MaskedKeyView> => ({
  id: key.id,
  name: key.name,
  key_masked: `${key.head}${STARS}${key.tail}`,
  enabled: key.isEnabled,
  ip_whitelist: [...key.whitelist],
  created_at: time(key.createdAt),
  last_used_at: timeOrNull(key.lastUsedAt),
});

const which = { apiKey: Line(255) };
const Which = Type.Object(which);
const OneMasked = Answer(Type.Object({ api_key: MaskedKeyView }));
const OneFull = Answer(Type.Object({ api_key: FullKeyView }));

/** The keys of the client (spec 8). */
export const apiKeyRoutes = (keys: ApiKeys): Readonly<Record<string, Endpoint>> => ({
  'GET /api-keys': clientEndpoint({
    summary: 'The API keys of the client, newest first.',
    input: Type.Object({}),
    output: Answer(Type.Object({ api_keys: Type.Array(MaskedKeyView) })),
    handle: async (ctx) => said('API keys.', { api_keys: (await keys.list(ctx, ctx.actor.id)).map(presentMasked) }),
  }),
  'POST /api-keys': clientEndpoint({
    summary: 'Create an API key, which is shown whole this once.',
    input: Type.Object({ name: Line(), ip_whitelist: Type.Optional(Ipv4List) }),
    output: OneFull,
    handle: async (ctx, { name, ip_whitelist: whitelist = [] }) => {
      const key = await keys.create(ctx, ctx.actor.id, name, whitelist);
      return created(said('API key created. Keep it: it is not shown again.', { api_key: presentFull(key) }));
    },
  }),
  'GET /api-keys/:apiKey': clientEndpoint({
    summary: 'One API key, by id or name.',
    input: Which,
    output: OneMasked,
    handle: async (ctx, { apiKey }) =>
      said('API key.', { api_key: presentMasked(await keys.get(ctx, ctx.actor.id, apiKey)) }),
  }),
  'PATCH /api-keys/:apiKey': clientEndpoint({
    summary: 'Rename an API key, enable or disable it, or replace its address list.',
    input: Type.Object({
      ...which,
      name: Type.Optional(Line()),
      enabled: Type.Optional(Switch),
      ip_whitelist: Type.Optional(Ipv4List),
    }),
    output: OneMasked,
    handle: async (ctx, { apiKey, name, enabled, ip_whitelist: whitelist }) => {
      const change = {
        ...(name !== undefined && { name }),
        ...(enabled !== undefined && { isEnabled: enabled }),
        ...(whitelist !== undefined && { whitelist }),
      };
      if (Object.keys(change).length === 0) throw nothingSent();
      const key = await keys.update(ctx, ctx.actor.id, apiKey, change);
      return said('API key updated.', { api_key: presentMasked(key) });
    },
  }),
  'DELETE /api-keys/:apiKey': clientEndpoint({
    summary: 'Delete an API key.',
    input: Which,
    output: Nothing,
    handle: async (ctx, { apiKey }) => {
      await keys.remove(ctx, ctx.actor.id, apiKey);
      return said('API key deleted.', {});
    },
  }),
  'POST /api-keys/:apiKey/regenerate': clientEndpoint({
    summary: 'Replace the secret of an API key.',
    input: Which,
    output: OneFull,
    handle: async (ctx, { apiKey }) =>
      said('API key replaced. Keep it: it is not shown again.', {
        api_key: presentFull(await keys.regenerate(ctx, ctx.actor.id, apiKey)),
      }),
  }),
  'GET /api-keys/:apiKey/ips': clientEndpoint({
    summary: 'The addresses an API key may be used from.',
    input: Which,
    output: Answer(Type.Object({ ips: Type.Array(Type.String()) })),
    handle: async (ctx, { apiKey }) =>
      said('IP addresses.', { ips: [...(await keys.get(ctx, ctx.actor.id, apiKey)).whitelist] }),
  }),
  'POST /api-keys/:apiKey/ips': clientEndpoint({
    summary: 'Let an API key be used from an address.',
    input: Type.Object({ ...which, ip: alsoCalled(Ipv4, 'ip_address') }),
    output: OneMasked,
    handle: async (ctx, { apiKey, ip }) =>
      said('IP address added.', { api_key: presentMasked(await keys.addIp(ctx, ctx.actor.id, apiKey, ip)) }),
  }),
  'DELETE /api-keys/:apiKey/ips/:ip': clientEndpoint({
    summary: 'Take an address off the list of an API key.',
    input: Type.Object({ ...which, ip: Line(255) }),
    output: OneMasked,
    handle: async (ctx, { apiKey, ip }) =>
      said('IP address removed.', { api_key: presentMasked(await keys.removeIp(ctx, ctx.actor.id, apiKey, ip)) }),
  }),
});

const nothingSent = () =>
  refusal('invalid_input', 'validation_failed', 'Nothing to change was sent.', {
    name: ['One of name, enabled and ip_whitelist must be sent.'],
  });
