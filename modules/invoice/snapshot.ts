import type { Static } from '@sinclair/typebox';
import type { ClientSummary } from '#modules/client/contract';
import type { Buyer } from './contract.ts';

/** The client as it is printed, copied when the invoice is made (invoicing spec 5.4). */
export const buyerOf = (client: Static<typeof ClientSummary>): Buyer => ({
  firstName: client.first_name ?? undefined,
  lastName: client.last_name ?? undefined,
  company: client.company ?? undefined,
  vat: client.company_vat ?? undefined,
  number: client.company_number ?? undefined,
  address: `${client.address_1 ?? ''} ${client.address_2 ?? ''}`,
  city: client.city ?? undefined,
  state: client.state ?? undefined,
  country: client.country ?? undefined,
  zip: client.postcode ?? undefined,
  phone: `${client.phone_cc ?? ''} ${client.phone ?? ''}`,
  phoneCc: undefined,
  email: client.email,
});
