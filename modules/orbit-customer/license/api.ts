import { Type, type Static } from '@sinclair/typebox';
import type { ClientActor } from '#core/actor';
import { clientEndpoint, type Endpoint } from '#core/endpoint';
import type { Context } from '#core/context';
import { alsoCalled } from '#core/schema';
import { Answer, Nothing } from '../answer.ts';
import { Domain, Ipv4, Line, LocationKey, Moment, Switch, Whole, Word } from '../field.ts';
import { said } from '../format.ts';
import type { Locations } from '../location/service.ts';
import type { Network } from './repository.ts';
import { IpView, LicenseView, LocationView, presentIp, presentLicense, presentLocation } from './schema.ts';
import type { Licenses, ShownIp } from './service.ts';

interface Needs {
  readonly licenses: Licenses;
  readonly locations: Locations;
}

const which = { license: Line(2000) };
const Which = Type.Object(which);
const One = Answer(Type.Object({ license: LicenseView }));

const AddIp = Type.Object({
  ...which,
  ip_address: alsoCalled(Ipv4, 'ip'),
  location_id: alsoCalled(LocationKey, 'location'),
  expires_at: Type.Optional(Moment),
});
const RemoveIp = Type.Object({ ...which, ip: Line(2000), location_id: Type.Optional(Whole()) });

type Routes = Readonly<Record<string, Endpoint>>;

/** Licences in version 2 (spec 7). */
export function licenseRoutes(needs: Needs): Routes {
  const { licenses, locations } = needs;
  const rotate = clientEndpoint({
    summary: 'Replace the key of a licence.',
    input: Which,
    output: Answer(Type.Object({ license: LicenseView, license_key: Type.String() })),
    handle: async (ctx, { license }) => {
      const shown = await licenses.rotate(ctx, ctx.actor.id, license);
      return said('License key replaced.', { license: presentLicense(shown), license_key: shown.key });
    },
  });
  const addDomain = (network: Network) =>
    clientEndpoint({
      summary: `Add a domain to the ${network} list of a licence.`,
      input: Type.Object({ ...which, domain: Domain }),
      output: One,
      handle: async (ctx, { license, domain }) => {
        const shown = await licenses.addDomain(ctx, ctx.actor.id, license, network, domain);
        return said('Domain added.', { license: presentLicense(shown) });
      },
    });
  const removeDomain = (network: Network) =>
    clientEndpoint({
      summary: `Remove a domain from the ${network} list of a licence.`,
      input: Type.Object({ ...which, domain: Line(2000) }),
      output: One,
      handle: async (ctx, { license, domain }) => {
        const shown = await licenses.removeDomain(ctx, ctx.actor.id, license, network, domain);
        return said('Domain removed.', { license: presentLicense(shown) });
      },
    });
  const [addMainnet, removeMainnet] = [addDomain('mainnet'), removeDomain('mainnet')];
  const [addDevnet, removeDevnet] = [addDomain('devnet'), removeDomain('devnet')];
  const autoRenewal = clientEndpoint({
    summary: 'Turn the renewal of a licence on or off.',
    input: Type.Object({
      ...which,
      enabled: Type.Optional(alsoCalled(Switch, 'auto_renewal', 'auto_renew')),
    }),
    output: Answer(Type.Object({ license: LicenseView, auto_renewal: Type.Boolean() })),
    handle: async (ctx, { license, enabled }) => {
      const shown = await licenses.setAutoRenewal(ctx, ctx.actor.id, license, enabled);
      const { isAutoRenewed } = shown.license;
      return said(`Auto-renewal is ${isAutoRenewed ? 'on' : 'off'}.`, {
        license: presentLicense(shown),
        auto_renewal: isAutoRenewed,
      });
    },
  });

  return {
    'GET /licenses': clientEndpoint({
      summary: 'The licences of the client, newest first.',
      input: Type.Object({}),
      output: Answer(Type.Object({ licenses: Type.Array(LicenseView), total: Type.Integer() })),
      handle: async (ctx) => {
        const found = await licenses.list(ctx, ctx.actor.id);
        return said('Licenses.', { licenses: found.map(presentLicense), total: found.length });
      },
    }),
    'GET /licenses/locations': clientEndpoint({
      summary: 'Where licences may be used.',
      input: Type.Object({}),
      output: Answer(Type.Object({ locations: Type.Array(LocationView) })),
      handle: async (ctx) => said('Locations.', { locations: (await locations.enabled(ctx)).map(presentLocation) }),
    }),
    'GET /licenses/:license': clientEndpoint({
      summary: 'One licence, by key, slug or id.',
      input: Which,
      output: One,
      handle: async (ctx, { license }) =>
        said('License.', { license: presentLicense(await licenses.get(ctx, ctx.actor.id, license)) }),
    }),
    'POST /licenses/:license/reset-key': rotate,
    'POST /licenses/:license/regenerate-key': rotate,
    'POST /licenses/:license/regenerate': rotate,
    'GET /licenses/:license/ips': clientEndpoint({
      summary: 'The addresses a licence may be used from.',
      input: Which,
      output: Answer(Type.Object({ ips: Type.Array(IpView) })),
      handle: async (ctx, { license }) =>
        said('IP addresses.', { ips: (await licenses.listIps(ctx, ctx.actor.id, license)).map(presentIp) }),
    }),
    'POST /licenses/:license/ips': clientEndpoint({
      summary: 'Add an address to a licence.',
      input: AddIp,
      output: Answer(Type.Object({ ip: IpView })),
      handle: async (ctx, input) => said('IP address added.', { ip: presentIp(await addIp(licenses, ctx, input)) }),
    }),
    'DELETE /licenses/:license/ips/:ip': clientEndpoint({
      summary: 'Remove an address from a licence.',
      input: RemoveIp,
      output: Nothing,
      handle: async (ctx, { license, ip, location_id }) => {
        await licenses.removeIp(ctx, ctx.actor.id, license, ip, location_id);
        return said('IP address removed.', {});
      },
    }),
    'POST /licenses/:license/domains': addMainnet,
    'DELETE /licenses/:license/domains/:domain': removeMainnet,
    'POST /licenses/:license/devnet-domains': addDevnet,
    'DELETE /licenses/:license/devnet-domains/:domain': removeDevnet,
    'POST /licenses/:license/domains/devnet': addDevnet,
    'DELETE /licenses/:license/domains/devnet/:domain': removeDevnet,
    'PATCH /licenses/:license/auth-mode': clientEndpoint({
      summary: 'Choose how a licence is checked.',
      input: Type.Object({
        ...which,
        mode: Type.Optional(Word(['api_key', 'ip_whitelist'], { ip: 'ip_whitelist' })),
      }),
      output: Answer(Type.Object({ license: LicenseView, auth_mode: Type.String() })),
      handle: async (ctx, { license, mode }) => {
        const shown = await licenses.setAuthMode(ctx, ctx.actor.id, license, mode);
        return said('Authentication mode changed.', {
          license: presentLicense(shown),
          auth_mode: shown.license.authMode,
        });
      },
    }),
    'PATCH /licenses/:license/auto-renewal': autoRenewal,
    'POST /licenses/:license/toggle-auto-renewal': autoRenewal,
  };
}

/** The same in version 1, whose envelope has what was asked for at its top (spec 3). */
export function licenseRoutesV1({ licenses, locations }: Needs): Routes {
  const Message = Type.Optional(Type.String());
  const rotate = clientEndpoint({
    summary: 'Replace the key of a licence.',
    input: Which,
    output: Type.Object({ message: Message, license: LicenseView, license_key: Type.String() }),
    handle: async (ctx, { license }) => {
      const shown = await licenses.rotate(ctx, ctx.actor.id, license);
      return { message: 'License key replaced.', license: presentLicense(shown), license_key: shown.key };
    },
  });
  return {
    'GET /licenses': clientEndpoint({
      summary: 'The licences of the client, newest first.',
      input: Type.Object({}),
      output: Type.Object({ licenses: Type.Array(LicenseView) }),
      handle: async (ctx) => ({ licenses: (await licenses.list(ctx, ctx.actor.id)).map(presentLicense) }),
    }),
    'GET /licenses/:license': clientEndpoint({
      summary: 'One licence, by key, slug or id.',
      input: Which,
      output: Type.Object({ license: LicenseView }),
      handle: async (ctx, { license }) => ({
        license: presentLicense(await licenses.get(ctx, ctx.actor.id, license)),
      }),
    }),
    'POST /licenses/:license/reset-key': rotate,
    'POST /licenses/:license/regenerate-key': rotate,
    'GET /locations': clientEndpoint({
      summary: 'Where licences may be used.',
      input: Type.Object({}),
      output: Type.Object({ locations: Type.Array(LocationView) }),
      handle: async (ctx) => ({ locations: (await locations.enabled(ctx)).map(presentLocation) }),
    }),
    'GET /licenses/:license/ips': clientEndpoint({
      summary: 'The addresses a licence may be used from.',
      input: Which,
      output: Type.Object({ ips: Type.Array(IpView) }),
      handle: async (ctx, { license }) => ({
        ips: (await licenses.listIps(ctx, ctx.actor.id, license)).map(presentIp),
      }),
    }),
    'POST /licenses/:license/ips': clientEndpoint({
      summary: 'Add an address to a licence.',
      input: AddIp,
      output: Type.Object({ message: Message, ip: IpView }),
      handle: async (ctx, input) => ({
        message: 'IP address added.',
        ip: presentIp(await addIp(licenses, ctx, input)),
      }),
    }),
    'DELETE /licenses/:license/ips/:ip': clientEndpoint({
      summary: 'Remove an address from a licence.',
      input: RemoveIp,
      output: Type.Object({ message: Message }),
      handle: async (ctx, { license, ip, location_id }) => {
        await licenses.removeIp(ctx, ctx.actor.id, license, ip, location_id);
        return { message: 'IP address removed.' };
      },
    }),
    'POST /licenses/:license/whitelist-ip': clientEndpoint({
      summary: 'Add an address to a licence.',
      input: AddIp,
      output: Type.Object({ message: Message }),
      handle: async (ctx, input) => {
        await addIp(licenses, ctx, input);
        return { message: 'IP address added.' };
      },
    }),
  };
}

const addIp = (
  licenses: Licenses,
  ctx: Context<ClientActor>,
  { license, ip_address: address, location_id: location, expires_at: expiresAt }: Static<typeof AddIp>,
): Promise<ShownIp> => licenses.addIp(ctx, ctx.actor.id, license, { address, location, expiresAt });
