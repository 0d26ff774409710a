import { randomUUID } from 'node:crypto';
import { holds, mayEnter, type AdminActor } from '#core/actor';
import { atomic, type Context, type Tx } from '#core/context';
import { invalidInput, notFound } from '#core/error';
import type { Toolbox } from '#core/toolbox';
import { readVersion } from '#core/version';
import { describeCompany } from './company.ts';
import { systemChangingSettings, systemSettingsChanged } from './contract.ts';
import { checkCustomInterface, checkInterface } from './environment.ts';
import { listNotices, type Notice } from './notices.ts';
import { readParams } from './params.ts';
import { isLocale, listCountries, readCountries } from './regions.ts';
import * as records from './repository.ts';
import { hasTemplate, webFolder } from './templates.ts';

export type SystemService = ReturnType<typeof createSystemService>;

const DEFAULT_LOCALE = 'en_US';

export function createSystemService({ settings, config, catalog, sessions, limits }: Toolbox) {
  const version = readVersion();
  const localeOf = async (ctx: Context): Promise<string> => (await settings.param(ctx, 'locale')) || DEFAULT_LOCALE;
  const saveAll = async (tx: Tx, params: Readonly<Record<string, string>>): Promise<void> => {
    for (const [name, value] of Object.entries(params)) await settings.saveParam(tx, name, value);
  };

  return {
    version,
    params: (ctx: Context) => settings.params(ctx),
    locale: localeOf,

    company: async (ctx: Context, isSignedIn: boolean) =>
      describeCompany(await settings.params(ctx), config.baseUrl, isSignedIn),

    async defaultCountry(ctx: Context): Promise<string | null> {
      const { default_country: code } = await settings.config(ctx, 'mod_system');
      return typeof code === 'string' && code !== '' ? code : null;
    },

    async countries(ctx: Context): Promise<Record<string, string>> {
      const { countries: text } = await settings.config(ctx, 'mod_system');
      const chosen = typeof text === 'string' ? readCountries(text) : {};
      return Object.keys(chosen).length > 0 ? chosen : listCountries(await localeOf(ctx));
    },

    async publicParam(ctx: Context, name: string): Promise<string | null> {
      if (!(await settings.isPublic(ctx, name)))
        throw notFound('system.unknown_param', `Parameter ${name} does not exist`);
      return (await settings.param(ctx, name)) ?? null;
    },

    async update(ctx: Context<AdminActor>, sent: Readonly<Record<string, unknown>>): Promise<void> {
      const params = readParams(sent, ctx.actor);
      if (params.length === 0) return;
      await atomic(ctx, async (tx) => {
        await tx.ask(systemChangingSettings, { sent: Object.fromEntries(params) });
        for (const [name, value] of params) await settings.saveParam(tx, name, value);
        await tx.emit(systemSettingsChanged, {});
        await tx.record('Updated system general settings');
      });
    },

    async localization(ctx: Context) {
      const detects = await settings.param(ctx, 'auto_detect_locale');
      return { locale: await localeOf(ctx), auto_detect_locale: detects !== '' };
    },

    async updateLocalization(ctx: Context, locale: string | undefined, detects: boolean): Promise<void> {
      if (locale !== undefined && !isLocale(locale))
        throw invalidInput('system.locale', `Invalid locale code: ${locale}`);
      await atomic(ctx, async (tx) => {
        if (locale !== undefined) await settings.saveParam(tx, 'locale', locale);
        await settings.saveParam(tx, 'auto_detect_locale', detects ? '1' : '');
        await tx.record('Updated localization settings');
      });
    },

    /** Only to those who may change what is wrong. */
    notices: async (ctx: Context<AdminActor>, type: string | undefined): Promise<Notice[]> => {
      if (!holds(ctx.actor.rights, 'system', 'manage_settings')) return [];
      return (await listNotices(ctx)).filter((notice) => type === undefined || notice.type === type);
    },

    /** Guests are told of the engine's own pages only; staff of the modules' as well. */
    hasTemplate(file: string | undefined, isStaff: boolean): boolean {
      const folders = catalog.list().flatMap(({ module }) => (module.folder ? [new URL('views/', module.folder)] : []));
      return file !== undefined && hasTemplate(isStaff ? [webFolder, ...folders] : [webFolder], file);
    },

    isAllowed: ({ actor }: Context<AdminActor>, module: string, key: string | undefined): boolean =>
      key === undefined || key === '' ? mayEnter(actor.rights, module) : holds(actor.rights, module, key),

    async clearCache(ctx: Context): Promise<void> {
      await limits.reset();
      await atomic(ctx, (tx) => tx.record('Cleared the cache'));
    },

    lastPatch: async (ctx: Context): Promise<string> => (await settings.param(ctx, 'last_patch')) ?? '',

    async instanceId(ctx: Context): Promise<string> {
      const id = await records.findInstanceId(ctx.db);
      if (id === undefined)
        throw new Error('This installation has no id: the preparation after the migrations is due.');
      return id;
    },
    makeInstanceId: (ctx: Context): Promise<void> =>
      atomic(ctx, (tx) => records.insertInstanceId(tx.db, randomUUID(), tx.now)),

    reportsErrors: async (ctx: Context): Promise<boolean> => (await settings.param(ctx, 'error_reporting')) === '1',
    lastErrorReportingChange: async (ctx: Context): Promise<string> =>
      (await settings.param(ctx, 'last_error_reporting_nudge')) ?? version,
    toggleErrorReporting: (ctx: Context): Promise<void> =>
      atomic(ctx, async (tx) => {
        const isOn = (await settings.param(tx, 'error_reporting')) === '1';
        await saveAll(tx, { error_reporting: isOn ? '' : '1', last_error_reporting_nudge: version });
        await tx.record(`Turned error reporting ${isOn ? 'off' : 'on'}`);
      }),

    async setInterface(ctx: Context, address: string, custom: string): Promise<void> {
      checkInterface(address);
      checkCustomInterface(custom);
      await atomic(ctx, async (tx) => {
        await saveAll(tx, { interface_ip: address, custom_interface: custom });
        await tx.record('Updated the network interface');
      });
    },

    /** Sessions that are over. Deliveries that failed are kept: somebody may want to know. */
    purge: (ctx: Context): Promise<void> => sessions.purge(ctx.now),

    /** So that the database knows which index is worth its while as the tables grow. */
    optimize: (ctx: Context): Promise<void> => records.refreshStatistics(ctx.db),
  };
}
