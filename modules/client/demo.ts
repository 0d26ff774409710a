import { DAY, HOUR } from '#core/clock';
import type { Demo, DemoRun } from '#core/demo';
import { companies, companyForms, cultures } from './demo-names.ts';
import * as rows from './repository-demo.ts';

const SIGN_INS = 0.3;
/** Addresses that belong to nobody (RFC 5737, RFC 3849). */
const NETWORKS = ['192.0.2.', '198.51.100.', '203.0.113.', '2001:db8::'];

/** People from all over the world. Nobody knows a password of theirs: they have none. */
export const clientDemo: Demo = {
  noun: 'clients',
  count: (ctx) => rows.countClients(ctx.db),
  async fill(run) {
    const first = await rows.nextClientId(run.ctx.db);
    const count = run.sizes.clients;
    run.made.set('client', { first, count });
    await run.inPieces(
      count,
      (from, size) => {
        const clients = Array.from({ length: size }, (_, index) => clientAt(run, from + index, first + from + index));
        return { clients, signIns: clients.flatMap((client) => signInsOf(run, client)) };
      },
      async (tx, { clients, signIns }) => {
        await rows.insertClients(tx.db, clients);
        await rows.insertSignIns(tx.db, signIns);
      },
    );
  },
};

/** Client number `index` of all, from the beginning of the story to its end. */
function clientAt({ draw: drawing, since, now, sizes }: DemoRun, index: number, id: number) {
  const draw = drawing('client', index);
  const culture = draw.pick(cultures);
  const [firstName, handle] = draw.pick(culture.first);
  const [city, postcode] = draw.pick(culture.cities);
  const isCompany = draw.chance(0.3);
  const createdAt = new Date(
    since.getTime() + ((now.getTime() - since.getTime()) * index) / Math.max(sizes.clients, 1),
  );
  return {
    id,
    client_group_id: 1,
    email: `${handle}.${id}@example.${draw.pick(['com', 'org', 'net'])}`,
    status: draw.chance(0.95) ? 'active' : draw.pick(['suspended', 'canceled']),
    email_approved: draw.chance(0.9),
    type: isCompany ? 'company' : 'individual',
    first_name: firstName,
    last_name: draw.pick(culture.last),
    company: isCompany ? `${draw.pick(companies)} ${draw.pick(companyForms)}`.trim() : null,
    phone_cc: culture.phoneCc,
    phone: String(draw.int(200_000_000, 999_999_999)),
    address_1: `${draw.pick(culture.streets)} ${draw.int(1, 180)}`,
    city,
    postcode,
    country: draw.pick(culture.countries),
    currency: culture.currency,
    lang: culture.lang,
    ip: `${draw.pick(NETWORKS)}${draw.int(1, 250)}`,
    created_at: createdAt,
    updated_at: createdAt,
  };
}

function signInsOf({ draw: drawing, now }: DemoRun, { id, ip, created_at }: ReturnType<typeof clientAt>) {
  const draw = drawing('sign-in', id);
  if (!draw.chance(SIGN_INS)) return [];
  const span = Math.min(now.getTime() - created_at.getTime(), 90 * DAY);
  return [{ client_id: id, ip, created_at: new Date(now.getTime() - HOUR - Math.floor(draw.fraction() * span)) }];
}
