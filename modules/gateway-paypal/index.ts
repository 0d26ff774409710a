import { defineModule } from '#core/module';
import { currencyService } from '#modules/currency/contract';
import { payPalGateway } from './adapter.ts';
import { migrations } from './migrations/index.ts';

export const gatewayPaypal = defineModule({
  name: 'gateway-paypal',
  title: 'PayPal',
  version: '1.0.0',
  description: 'Payments through PayPal, also in another currency than that of the invoice.',
  uses: { currencies: currencyService },
  tables: ['paypal_order', 'paypal_refund'],
  migrations,

  setup: ({ currencies }) => ({ gateways: [payPalGateway({ currencies })] }),
});
