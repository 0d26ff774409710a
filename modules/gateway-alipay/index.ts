import { defineModule } from '#core/module';
import { alipayGateway } from './adapter.ts';

export const gatewayAlipay = defineModule({
  name: 'gateway-alipay',
  title: 'Alipay',
  version: '1.0.0',
  description: 'Payments through Alipay: its web page, its page for phones, and QR codes.',
  migrations: [],
  setup: () => ({ gateways: [alipayGateway()] }),
});
