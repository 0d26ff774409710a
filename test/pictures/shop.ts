import { buildEngine, type Engine } from '../support/engine.ts';

const FIXED_DAY = new URL('fixed-day.js', import.meta.url).href;
/** One with a good client among those who speak English and pay in dollars. */
const SEED = 'snow';
export const PASSWORD = 'Correct-Horse-7';

/** The built engine with the small shop of the demo, and one of its clients who can sign in. */
export interface DemoShop extends Engine {
  readonly client: Client;
}

interface Client {
  readonly id: number;
  readonly email: string;
  readonly lang: string | null;
  readonly status: string;
}

interface Listed<T> {
  readonly list: readonly T[];
}

export async function openDemoShop(): Promise<DemoShop> {
  const engine = await buildEngine({ NODE_OPTIONS: `--import=${FIXED_DAY}` });
  try {
    await run(engine, 'migrate');
    await engine.start();
    await nameGateways(engine);
    await engine.stop();
    await run(engine, 'demo', '--small', '--seed', SEED);
    await engine.start();
    const client = await busiestClient(engine);
    await engine.call('admin/client/change_password', {
      id: client.id,
      password: PASSWORD,
      password_confirm: PASSWORD,
    });
    return { ...engine, client };
  } catch (error) {
    await engine.end();
    throw error;
  }
}

async function run(engine: Engine, ...args: string[]): Promise<void> {
  const { code, output } = await engine.run(...args);
  if (code !== 0) throw new Error(`tollkeeper ${args.join(' ')} failed:\n${output}`);
}

/** As a shopkeeper would before the first sale; the demo takes its payments through the first. */
async function nameGateways(engine: Engine): Promise<void> {
  await engine.call('admin/invoice/gateway_update', { id: 1, title: 'Bank transfer' });
  const config = { email: 'hello@halcyon-weather.example' };
  await engine.call('admin/invoice/gateway_update', { id: 2, title: 'PayPal', enabled: 1, config });
}

/** Who speaks English, pays in dollars and has the most that works. */
async function busiestClient(engine: Engine): Promise<Client> {
  const { list: clients } = await engine.call<Listed<Client>>('admin/client/get_list', { per_page: 100 });
  const { list: orders } = await engine.call<Listed<{ client_id: number }>>('admin/order/get_list', {
    status: 'active',
    per_page: 100,
  });
  const ordersOf = ({ id }: Client): number => orders.filter(({ client_id }) => client_id === id).length;
  const [busiest] = clients
    .filter(({ lang, status }) => status === 'active' && lang === 'en_US')
    .sort((a, b) => ordersOf(b) - ordersOf(a) || a.id - b.id);
  if (busiest === undefined) throw new Error('Nobody in the demo speaks English and pays in dollars.');
  return busiest;
}
