import { Type } from '@sinclair/typebox';
import { adminEndpoint, Done, done } from '#core/endpoint';
import {
  DateTime, Flag, Id, List, listed, Or, PageOf, pageRequest, Paging, required, Text, Truthy,
} from '#core/schema'; // prettier-ignore
import { MaskedKeyView, presentMasked } from '../apikey/api.ts';
import type { ApiKey } from '../apikey/repository.ts';
import type { ApiKeys } from '../apikey/service.ts';
import type { Device } from '../device/repository.ts';
import type { Devices } from '../device/service.ts';
import { spelled } from '../device/user-code.ts';
import { LicenseView, presentLicense } from '../license/schema.ts';
import type { Licenses, Shown } from '../license/service.ts';
import { presentForStaff, StaffLocation } from '../location/schema.ts';
import type { Locations } from '../location/service.ts';

interface Needs {
  readonly locations: Locations;
  readonly licenses: Licenses;
  readonly keys: ApiKeys;
  readonly devices: Devices;
}

const One = Type.Object({ id: required('ID is missing', Id) });

const StaffKey = Type.Object({ ...MaskedKeyView.properties, client_id: Type.Integer() });
const presentKey = (key: ApiKey) => ({ ...presentMasked(key), client_id: key.clientId });

const StaffLicense = Type.Object({
  ...LicenseView.properties,
  order_id: Type.Integer(),
  client_id: Type.Integer(),
});
const presentStaffLicense = (shown: Shown) => ({
  ...presentLicense(shown),
  order_id: shown.license.orderId,
  client_id: shown.license.clientId,
});

const StaffDevice = Type.Object({
  id: Type.Integer(),
  user_code: Type.String(),
  ip: Or(Type.String()),
  created_at: DateTime,
  expires_at: DateTime,
});
const presentDevice = ({ id, userCode, ip, createdAt, expiresAt }: Device) => ({
  id,
  user_code: spelled(userCode),
  ip: ip ?? null,
  created_at: createdAt,
  expires_at: expiresAt,
});

/** What staff do, as `admin/orbit/…`. */
export const adminApi = ({ locations, licenses, keys, devices }: Needs) => ({
  location_get_list: adminEndpoint({
    summary: 'All locations by name.',
    permission: 'manage_locations',
    input: Type.Object({}),
    output: Type.Array(StaffLocation),
    handle: async (ctx) => (await locations.list(ctx)).map(presentForStaff),
  }),
  location_get: adminEndpoint({
    summary: 'One location.',
    permission: 'manage_locations',
    input: One,
    output: StaffLocation,
    handle: async (ctx, { id }) => presentForStaff(await locations.get(ctx, id)),
  }),
  location_create: adminEndpoint({
    summary: 'Add a location; answers its id.',
    permission: 'manage_locations',
    input: Type.Object({
      code: required('Code is missing', Text({ maxLength: 40 })),
      name: required('Name is missing', Text({ maxLength: 255 })),
      urls: Type.Optional(List(Text({ maxLength: 1000 }))),
      enabled: Flag(true),
    }),
    output: Type.Integer(),
    handle: (ctx, { code, name, urls = [], enabled }) =>
      locations.create(ctx, { code: code.trim().toLowerCase(), name: name.trim(), urls, isEnabled: enabled }),
  }),
  location_update: adminEndpoint({
    summary: 'Change a location; what is absent stays.',
    permission: 'manage_locations',
    input: Type.Object({
      ...One.properties,
      code: Type.Optional(Text({ maxLength: 40 })),
      name: Type.Optional(Text({ maxLength: 255 })),
      urls: Type.Optional(List(Text({ maxLength: 1000 }))),
      enabled: Type.Optional(Truthy()),
    }),
    output: Done,
    handle: (ctx, { id, code, name, urls, enabled }) =>
      done(
        locations.update(ctx, id, {
          ...(code !== undefined && { code: code.trim().toLowerCase() }),
          ...(name !== undefined && { name: name.trim() }),
          ...(urls !== undefined && { urls }),
          ...(enabled !== undefined && { isEnabled: enabled }),
        }),
      ),
  }),
  location_delete: adminEndpoint({
    summary: 'Remove a location with the addresses that licences have there.',
    permission: 'manage_locations',
    input: One,
    output: Done,
    handle: (ctx, { id }) => done(locations.remove(ctx, id)),
  }),

  apikey_get_list: adminEndpoint({
    summary: 'Customer API keys, newest first; secrets masked.',
    permission: 'manage_keys',
    input: Type.Object({ ...Paging, client_id: Type.Optional(Id) }),
    output: PageOf(StaffKey),
    handle: async (ctx, input) => listed(await keys.search(ctx, input.client_id, pageRequest(input)), presentKey),
  }),
  apikey_get: adminEndpoint({
    summary: 'One customer API key; its secret masked.',
    permission: 'manage_keys',
    input: One,
    output: StaffKey,
    handle: async (ctx, { id }) => presentKey(await keys.find(ctx, id)),
  }),
  apikey_update: adminEndpoint({
    summary: 'Enable or disable a customer API key.',
    permission: 'manage_keys',
    input: Type.Object({ ...One.properties, enabled: Flag(true) }),
    output: Done,
    handle: (ctx, { id, enabled }) => done(keys.setEnabled(ctx, id, enabled)),
  }),
  apikey_delete: adminEndpoint({
    summary: 'Delete a customer API key.',
    permission: 'manage_keys',
    input: One,
    output: Done,
    handle: (ctx, { id }) => done(keys.removeAny(ctx, id)),
  }),

  license_get_list: adminEndpoint({
    summary: 'Licences, newest first.',
    permission: 'manage_licenses',
    input: Type.Object({ ...Paging, client_id: Type.Optional(Id), status: Type.Optional(Text({ maxLength: 20 })) }),
    output: PageOf(StaffLicense),
    handle: async (ctx, input) => {
      const filter = { clientId: input.client_id, status: input.status };
      return listed(await licenses.search(ctx, filter, pageRequest(input)), presentStaffLicense);
    },
  }),
  license_get: adminEndpoint({
    summary: 'One licence.',
    permission: 'manage_licenses',
    input: One,
    output: StaffLicense,
    handle: async (ctx, { id }) => presentStaffLicense(await licenses.find(ctx, id)),
  }),
  license_reset_key: adminEndpoint({
    summary: 'Replace the key of a licence.',
    permission: 'manage_licenses',
    input: One,
    output: StaffLicense,
    handle: async (ctx, { id }) => {
      const { license } = await licenses.find(ctx, id);
      return presentStaffLicense(await licenses.rotate(ctx, license.clientId, String(id)));
    },
  }),
  license_set_auto_renewal: adminEndpoint({
    summary: 'Turn the renewal of a licence on or off.',
    permission: 'manage_licenses',
    input: Type.Object({ ...One.properties, enabled: Flag(true) }),
    output: StaffLicense,
    handle: async (ctx, { id, enabled }) => {
      const { license } = await licenses.find(ctx, id);
      return presentStaffLicense(await licenses.setAutoRenewal(ctx, license.clientId, String(id), enabled));
    },
  }),

  device_get_list: adminEndpoint({
    summary: 'Devices that wait for approval, newest first.',
    permission: 'manage_devices',
    input: Type.Object(Paging),
    output: PageOf(StaffDevice),
    handle: async (ctx, input) => listed(await devices.listWaiting(ctx, pageRequest(input)), presentDevice),
  }),
  device_deny: adminEndpoint({
    summary: 'Deny a device that waits for approval.',
    permission: 'manage_devices',
    input: One,
    output: Done,
    handle: (ctx, { id }) => done(devices.deny(ctx, id)),
  }),
});
