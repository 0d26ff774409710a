import { Type } from '@sinclair/typebox';
import { holds, type AdminActor, type Rights } from '../actor.ts';
import type { LoadedModule } from '../boot.ts';
import type { Context } from '../context.ts';
import { adminEndpoint } from '../endpoint.ts';
import type { Log } from '../log.ts';
import { Anything, MapOf, Text } from '../schema.ts';
import { chartOf } from './chart.ts';
import { phrasesOf } from './phrase.ts';
import { placeOf, type Place } from './place.ts';
import type { Search } from './search.ts';
import type { Widget } from './widget.ts';

export interface PanelParts {
  active(): readonly LoadedModule[];
  readonly log: Log;
}

/** Of each kind that can be found. */
const HITS = 8;
const Shown = MapOf(Anything());
/** A name that every staff member may enter; what is shown there is asked for by itself. */
const OPEN = 'dashboard';

/** The pages of the panel that belong to no module: where staff begin, and where they find things. */
export function panelPlaces({ active, log }: PanelParts): readonly Place[] {
  const dashboard = adminEndpoint({
    summary: 'What staff should know of the shop now.',
    permission: 'access',
    input: Type.Object({}),
    output: Shown,
    async handle(ctx) {
      const widgets = allowed(active(), ctx.actor.rights, ({ widgets }) => widgets);
      const sorted = widgets.toSorted((one, other) => one.part.order - other.part.order);
      return { widgets: await Promise.all(sorted.map((one) => show(ctx, one))) };
    },
  });

  const search = adminEndpoint({
    summary: 'Find by what it is called or by its number.',
    permission: 'access',
    input: Type.Object({ q: Text({ maxLength: 100, default: '' }) }),
    output: Shown,
    async handle(ctx, { q }) {
      const text = q.trim().replace(/^#(?=\d+$)/, '');
      if (text === '') return { q: '', sections: [] };
      const found = await Promise.all(
        allowed(active(), ctx.actor.rights, (parts) => parts.search).map(async ({ part, folder }) => ({
          title: phrasesOf(folder)(part.title),
          hits: (await part.find(ctx, text, HITS)).slice(0, HITS),
        })),
      );
      return { q: text, sections: found.filter(({ hits }) => hits.length > 0) };
    },
  });

  /** One that cannot be read leaves the others as they are. */
  async function show(ctx: Context<AdminActor>, { part, folder }: Part<Widget>): Promise<object> {
    const say = phrasesOf(folder);
    const card = { title: say(part.title), kind: part.kind, href: part.href, empty: part.empty && say(part.empty) };
    try {
      if (part.kind === 'bars') return { ...card, chart: chartOf(await part.load(ctx)) };
      if (part.kind === 'rows') return { ...card, rows: await part.load(ctx) };
      const figures = await part.load(ctx);
      return { ...card, figures: figures.map((one) => ({ ...one, title: say(one.title), isMoney: isMoney(one) })) };
    } catch (error) {
      log.error('dashboard card failed', { card: part.title, error });
      return { ...card, hasFailed: true };
    }
  }

  return [
    placeOf({ role: 'admin', route: 'GET /', view: 'dashboard', endpoint: dashboard }, OPEN),
    placeOf({ role: 'admin', route: 'GET /search', view: 'search', endpoint: search }, OPEN),
  ];
}

const isMoney = ({ value }: { readonly value: unknown }): boolean => typeof value === 'object';

/** Whether there is anything that this staff member could find. */
export const canSearch = (active: readonly LoadedModule[], rights: Rights): boolean =>
  allowed(active, rights, ({ search }) => search as readonly Search[]).length > 0;

interface Part<T> {
  readonly part: T;
  readonly folder: URL | undefined;
}

function allowed<T extends { readonly permission: string }>(
  active: readonly LoadedModule[],
  rights: Rights,
  partsOf: (contributions: LoadedModule['contributions']) => readonly T[] | undefined,
): Part<T>[] {
  return active.flatMap(({ module, contributions }) =>
    (partsOf(contributions) ?? [])
      .filter(({ permission }) => holds(rights, module.name, permission))
      .map((part) => ({ part, folder: module.folder })),
  );
}
