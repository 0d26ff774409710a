import type { AdminActor } from '#core/actor';
import { atomic, type Context } from '#core/context';
import { checkEmail } from '#core/email';
import { conflict, invalidInput } from '#core/error';
import type { Limits } from '#core/http/limit';
import { checkStrength } from '#core/password';
import type { SettingStore } from '#core/settings';
import type { CurrencyService } from '#modules/currency/contract';
import type { EmailService } from '#modules/email/contract';
import { configurationBeingSaved, configurationSaved } from '#modules/extension/contract';
import type { ProductService } from '#modules/product/contract';
import type { StaffService } from '#modules/staff/contract';
import { systemChangingSettings, systemSettingsChanged } from '#modules/system/contract';
import type { SetupKey } from './key.ts';
import type { SetupProgress } from './state.ts';

export type Setup = ReturnType<typeof createSetup>;

export interface NewAdministrator {
  readonly key: string;
  readonly name: string;
  readonly email: string;
  readonly password: string;
  readonly confirmation: string;
}

export interface OwnAccount {
  readonly name: string;
  readonly email: string;
  readonly current: string;
  readonly next: string;
  readonly confirmation: string;
}

interface Needs {
  readonly progress: SetupProgress;
  readonly key: SetupKey;
  readonly settings: SettingStore;
  readonly limits: Limits;
  readonly staff: StaffService;
  readonly currencies: CurrencyService;
  readonly products: ProductService;
  readonly emails: EmailService;
}

const MAIL = 'mod_email';

/** What each step of the wizard does, in the words of the modules whose it is. */
export function createSetup({ progress, key, settings, limits, staff, currencies, products, emails }: Needs) {
  return {
    /** The first administrator of an engine that has none, by whoever started it. */
    async createAdministrator(
      ctx: Context,
      { confirmation, key: shown, ...account }: NewAdministrator,
    ): Promise<number> {
      await key.check(ctx, shown);
      if (account.password !== confirmation) throw mismatch();
      const id = await staff.createAdministrator(ctx, { ...account, apiToken: undefined }, async (tx) => {
        await key.spend(tx, shown);
        if (await staff.hasAdministrator(tx)) throw conflict('setup.has_administrator', 'There is an administrator.');
      });
      await progress.settle(ctx);
      return id;
    },

    async saveCompany(ctx: Context<AdminActor>, params: Readonly<Record<string, string>>): Promise<void> {
      await progress.check(ctx);
      await atomic(ctx, async (tx) => {
        await tx.ask(systemChangingSettings, { sent: { ...params } });
        for (const [name, value] of Object.entries(params)) await settings.saveParam(tx, name, value);
        await tx.emit(systemSettingsChanged, {});
        await tx.record('Updated system general settings');
      });
    },

    async chooseCurrency(ctx: Context<AdminActor>, code: string): Promise<void> {
      await progress.check(ctx);
      if ((await currencies.find(ctx, code)) === undefined)
        await currencies.create(ctx, { code, rate: undefined, isRateManual: false });
      await currencies.setDefault(ctx, code);
    },

    /** The password of the start, which is in a log by now, and the address it made up. */
    async claimAccount(ctx: Context<AdminActor>, sent: OwnAccount): Promise<void> {
      await progress.check(ctx);
      checkEmail(sent.email);
      checkStrength(sent.next);
      if (sent.next !== sent.confirmation) throw mismatch();
      await limits.consume('profile_password_change_ip', ctx.ip ?? 'local');
      await limits.consume('profile_password_change_account', `admin:${ctx.actor.id}`, ctx.ip);
      await staff.changePassword(ctx, sent.current, sent.next);
      await staff.updateProfile(ctx, { name: sent.name, email: sent.email });
    },

    /** What was typed replaces what there is of it; a password that was left empty stays. */
    async saveMail(ctx: Context<AdminActor>, sent: Readonly<Record<string, string>>, isTried: boolean): Promise<void> {
      await progress.check(ctx);
      await atomic(ctx, async (tx) => {
        const stored = await settings.configForUpdate(tx, MAIL);
        const { smtp_password: password, ...rest } = sent;
        const config = { ...stored, ...rest, ...(password && { smtp_password: password }) };
        await tx.ask(configurationBeingSaved, { ext: MAIL, config });
        await settings.saveConfig(tx, MAIL, { ...config, ext: MAIL });
        await tx.emit(configurationSaved, { ext: MAIL });
        await tx.record(`Updated extension "${MAIL}" configuration`);
      });
      if (!isTried) return;
      const recipient = { to: ctx.actor.email };
      await emails.sendTemplate(ctx, { code: 'mod_email_test', recipient, isUrgent: true });
    },

    /** The last step: what remains is to be said of the product on its own page. */
    async prepareProduct(ctx: Context<AdminActor>, product: { title: string; type: string }): Promise<number> {
      await progress.check(ctx);
      const id = await products.prepare(ctx, product);
      await progress.finish(ctx);
      return id;
    },

    async finish(ctx: Context<AdminActor>): Promise<void> {
      await progress.check(ctx);
      await progress.finish(ctx);
    },
  };
}

const mismatch = () => invalidInput('password.mismatch', 'Passwords do not match.');
