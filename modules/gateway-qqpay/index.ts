import { defineModule } from '#core/module';
import { qqPayGateway } from './adapter.ts';

export const gatewayQqpay = defineModule({
  name: 'gateway-qqpay',
  title: 'QQ wallet',
  version: '1.0.0',
  description: 'Payments with the wallet of QQ, for merchants in China.',
  migrations: [],

  setup: () => ({ gateways: [qqPayGateway()] }),
});
