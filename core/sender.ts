import type { Context } from './context.ts';
import type { SettingStore } from './settings.ts';
import type { Sender } from './subscriptions.ts';

/** Who letters come from and pages are headed with: the company of the settings. */
export const createSender =
  (settings: SettingStore, system: () => Context, baseUrl: string) => async (): Promise<Sender> => {
    const params = await settings.params(system());
    return {
      email: params['company_email'] ?? `noreply@${new URL(baseUrl).hostname}`,
      company: params['company_name'] ?? 'Tollkeeper',
      signature: params['company_signature'] ?? '',
      baseUrl: baseUrl.replace(/\/$/, ''),
    };
  };
