import { Type } from '@sinclair/typebox';
import { guestEndpoint, ofVisit } from '#core/endpoint';
import { periodTitle, predefinedPeriods } from '#core/period';
import { Int, MapOf, Or, required, Text } from '#core/schema';
import { pageNumbers } from '../paginator.ts';
import { listCallingCodes } from '../regions.ts';
import { CompanyView, PaginatorView } from '../schema.ts';
import type { SystemService } from '../service.ts';
import { listTimezones } from '../timezones.ts';

const nothing = Type.Object({});

export const guestApi = (system: SystemService) => ({
  company: guestEndpoint({
    summary: 'Show the company; what it hides from strangers only to those who are signed in.',
    input: nothing,
    output: CompanyView,
    handle: async (ctx) => ofVisit(async (visit) => system.company(ctx, await visit.isSignedIn())),
  }),

  default_country: guestEndpoint({
    summary: 'Code of the country that forms begin with.',
    input: nothing,
    output: Or(Type.String()),
    handle: (ctx) => system.defaultCountry(ctx),
  }),

  countries: guestEndpoint({
    summary: 'Countries by code: those staff have listed, or all.',
    input: nothing,
    output: MapOf(Type.String()),
    handle: (ctx) => system.countries(ctx),
  }),

  param: guestEndpoint({
    summary: 'Value of a public setting.',
    input: Type.Object({ key: required('"key" parameter was not passed', Text()) }),
    output: Or(Type.String()),
    handle: (ctx, { key }) => system.publicParam(ctx, key),
  }),

  periods: guestEndpoint({
    summary: 'Billing periods that a shop usually offers.',
    input: nothing,
    output: MapOf(Type.String()),
    handle: async () => ({ ...predefinedPeriods }),
  }),

  period_title: guestEndpoint({
    summary: 'A billing period in words.',
    input: Type.Object({ code: Type.Optional(Text()) }),
    output: Type.String(),
    handle: async (_ctx, { code }) => periodTitle(code),
  }),

  phone_codes: guestEndpoint({
    summary: 'International calling codes.',
    input: nothing,
    output: Type.Array(Type.Integer()),
    handle: () => listCallingCodes(),
  }),

  paginator: guestEndpoint({
    summary: 'Page numbers to offer below a list.',
    input: Type.Object(
      { page_param: Text({ default: 'page' }), per_page: Int({ default: 20 }), total: Int({ default: 0 }) },
      { additionalProperties: true },
    ),
    output: PaginatorView,
    handle: async (_ctx, { page_param, per_page, total, ...sent }) =>
      pageNumbers(new Map<string, unknown>(Object.entries(sent)).get(page_param), per_page, total),
  }),

  current_url: guestEndpoint({
    summary: 'Path and query of this very call.',
    input: nothing,
    output: Type.String(),
    handle: async () => ofVisit(async ({ url }) => url),
  }),

  template_exists: guestEndpoint({
    summary: 'Whether there is such a template; nothing outside the templates is looked at.',
    input: Type.Object({ file: Type.Optional(Text()) }),
    output: Type.Boolean(),
    handle: async (_ctx, { file }) => system.hasTemplate(file, false),
  }),

  locale: guestEndpoint({
    summary: 'Language of this installation.',
    input: nothing,
    output: Type.String(),
    handle: (ctx) => system.locale(ctx),
  }),

  timezones: guestEndpoint({
    summary: 'Time zones by region.',
    input: nothing,
    output: MapOf(Type.Array(Type.String())),
    handle: async () => listTimezones(),
  }),

  get_pending_messages: guestEndpoint({
    summary: 'Messages kept for the next page of this browser; reading clears them.',
    input: nothing,
    output: Type.Array(Type.String()),
    handle: async () => ofVisit((visit) => visit.takeMessages()),
  }),
});
