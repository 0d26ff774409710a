import { defineModule } from '#core/module';
import { wechatGateway } from './adapter.ts';

export const gatewayWechat = defineModule({
  name: 'gateway-wechat',
  title: 'WeChat Pay',
  version: '1.0.0',
  description: 'Payments through WeChat Pay: QR codes, and the browser of a phone.',
  migrations: [],
  setup: () => ({ gateways: [wechatGateway()] }),
});
