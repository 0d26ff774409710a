import { atomic } from '#core/context';
import type { Demo } from '#core/demo';
import type { SettingStore } from '#core/settings';

/** What an installation is called until somebody names it. */
const UNNAMED = 'Company Name';

const COMPANY = {
  company_name: 'Halcyon Weather',
  company_email: 'hello@halcyon-weather.example',
  company_tel: '+1 555 0100',
  company_address_1: '12 Lighthouse Road',
  company_address_2: 'Portland, ME 04101',
  company_address_3: 'United States',
  company_signature: 'Halcyon Weather',
  invoice_series: 'HW-',
  invoice_series_paid: 'HW-',
};

/** The company that sells what the demo makes up; one that has a name already keeps it. */
export const companyDemo = (settings: SettingStore): Demo => ({
  noun: 'company',
  fill: ({ ctx }) =>
    atomic(ctx, async (tx) => {
      const name = await settings.paramForUpdate(tx, 'company_name');
      if (name !== undefined && name !== UNNAMED) return;
      for (const [param, text] of Object.entries(COMPANY)) await settings.saveParam(tx, param, text);
    }),
});
