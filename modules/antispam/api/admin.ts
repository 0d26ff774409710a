import { Type } from '@sinclair/typebox';
import { adminEndpoint } from '#core/endpoint';
import { required, Text } from '#core/schema';
import * as wire from '../schema.ts';
import type { Antispam } from '../service.ts';

const nothing = Type.Object({});
const Address = Type.Object({ ip: required('IP address is required', Text({ maxLength: 255 })) });
const change = ['manage', 'manage_settings'];

export const adminApi = (antispam: Antispam) => ({
  get_config: adminEndpoint({
    summary: 'Which guards stand before the doors, as staff set them.',
    permission: 'view',
    input: nothing,
    output: wire.ConfigView,
    handle: async (ctx) => wire.presentConfig(await antispam.stored(ctx)),
  }),

  block_ip: adminEndpoint({
    summary: 'Block an address; blocking is turned on by it.',
    permission: change,
    input: Address,
    output: wire.ChangedView,
    handle: async (ctx, { ip }) => wire.presentChanged(await antispam.block(ctx, ip)),
  }),

  unblock_ip: adminEndpoint({
    summary: 'Let an address in again; with the last one blocking is turned off.',
    permission: change,
    input: Address,
    output: wire.ChangedView,
    handle: async (ctx, { ip }) => wire.presentChanged(await antispam.unblock(ctx, ip)),
  }),

  get_blocked_ips: adminEndpoint({
    summary: 'Blocked addresses.',
    permission: 'view',
    input: nothing,
    output: wire.BlockedView,
    handle: async (ctx) => wire.presentBlocked(await antispam.rules(ctx)),
  }),
});
