import { createKeyVault } from '#core/key-vault';
import type { OrderRef, ProductDemo } from '#core/product';
import type { Secrets } from '#core/secret';
import type { ClientService } from '#modules/client/contract';
import { simplePlugin } from './generate.ts';
import { insertAll } from './repository-demo.ts';

interface Needs {
  readonly clients: ClientService;
  readonly secrets: Secrets;
}

/** Real licences, drawn like all others. Half of them are in use. */
export function licenseDemo({ clients, secrets }: Needs): ProductDemo {
  const vault = createKeyVault(secrets, 'servicelicense.key');
  const keyOf = ({ activatedAt, config }: OrderRef) => {
    if (activatedAt === undefined) return undefined;
    const key = simplePlugin.generate(config);
    return { sealed: vault.seal(key), hash: vault.hashOf(key) };
  };
  return {
    category: 'Software for your desk',
    products: [
      {
        title: 'Station Desk',
        description: 'Reads your weather station, draws its curves and keeps its records. For one machine.',
        config: { plugin: 'Simple', length: 25, prefix: 'SD-', validate_host: true },
        once: 12_900,
      },
      {
        title: 'Station Desk Team',
        description: 'For all machines of a team and a network of stations, updates included.',
        config: { plugin: 'Simple', length: 30, prefix: 'SDT-', validate_host: true },
        periods: { '1Y': 24_900, '3Y': 59_900 },
        stock: 1_000_000,
      },
      {
        title: 'Station Desk Viewer',
        description: 'Shows on any screen what a Station Desk elsewhere records.',
        config: { plugin: 'Simple', length: 25, prefix: 'SDV-', validate_host: true },
        periods: { '1Y': 2900 },
      },
    ],
    async deliver(tx, orders) {
      const people = await clients.summaries(tx, [...new Set(orders.map(({ clientId }) => clientId))]);
      const delivered = orders.map((order) => {
        const person = people.get(order.clientId);
        const licensedTo = [person?.first_name, person?.last_name].filter(Boolean).join(' ');
        const isUsed = order.activatedAt !== undefined && order.id % 2 === 0;
        return { order, licensedTo, key: keyOf(order), host: isUsed ? `host${order.id}.example` : undefined };
      });
      return insertAll(tx.db, delivered, simplePlugin.name, tx.now);
    },
  };
}
