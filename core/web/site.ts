import type { Express, NextFunction, Request, Response } from 'express';
import type { Config } from '#config/schema';
import { asAppError, messageOf, notFound } from '../error.ts';
import { createPeer } from '../http/peer.ts';
import type { Dialect } from '../http/dialect.ts';
import type { Gates } from '../http/gate.ts';
import { describeApi, type OpenApi } from '../http/openapi.ts';
import { readVersion } from '../version.ts';
import { createAssets } from './assets.ts';
import { contentPolicy } from './html.ts';
import { createMetrics } from './metrics.ts';
import { createPages, WEB, type PageParts, type Pages } from './pages.ts';
import { referenceOf } from './reference.ts';

export interface Site extends Omit<PageParts, 'peer' | 'isSecure'> {
  readonly config: Config;
  refresh(): Promise<void> | undefined;
  readonly gates: Gates;
  readonly fossbilling: Dialect;
  pending(): Promise<string[]>;
  ping(): Promise<void>;
}

/** What is not the API: health, metrics, the API's description, assets and pages. */
export function mountSite(app: Express, site: Site): void {
  const { config } = site;
  const version = readVersion();
  const describe = (): OpenApi => describeApi(site.active(), site.fossbilling, config.baseUrl, version);
  app.get('/healthz', (_req, res) => void res.json({ status: 'up' }));
  app.get('/readyz', (_req, res) => ready(site, res));
  if (config.hasMetrics) app.get('/metrics', createMetrics());
  app.get('/openapi.json', async (_req, res) => {
    await site.refresh();
    res.json(describe());
  });
  app.use('/assets', createAssets(new URL('assets/', WEB)));
  app.use(securityHeaders);
  const isSecure = config.baseUrl.startsWith('https:');
  mountPages(app, site, createPages({ ...site, isSecure, peer: createPeer(config.trustedProxies) }), describe);
}

function mountPages(app: Express, site: Site, pages: Pages, describe: () => OpenApi): void {
  app.use(async (req, res, next) => {
    await site.refresh();
    const guards = site.gates.guards();
    if (guards === undefined || !(await pages.turnAway(guards, req, res))) next();
  });
  app.get('/', (req, res) => pages.show(req, res, 'home', {}));
  const reference = createReference(site, describe);
  app.get('/docs', async (req, res) => pages.show(req, res, 'docs', { reference: await reference() }));
  app.use(async (req, res) => {
    const isAnswered = await pages.answer(req, res);
    if (!isAnswered) await pages.fail(req, res, notFound('web.unknown_page', `There is no page ${req.path}.`));
  });
  app.use(async (error: unknown, req: Request, res: Response, next: NextFunction) => {
    if (res.headersSent) return next(error);
    await pages.fail(req, res, asAppError(error));
  });
}

/** As long as the API and the same for all who read it, so it is rendered once for each set of active modules. */
function createReference(site: Site, describe: () => OpenApi): () => Promise<string> {
  let rendered: { readonly of: string; readonly html: string } | undefined;
  return async () => {
    const of = site
      .active()
      .map(({ module }) => module.name)
      .join();
    if (rendered?.of !== of) {
      const values = { reference: referenceOf(describe()), baseUrl: site.config.baseUrl };
      rendered = { of, html: await site.renderer.page(WEB, 'reference', values) };
    }
    return rendered.html;
  };
}

async function ready(site: Site, res: Response): Promise<void> {
  try {
    await site.ping();
    const pending = await site.pending();
    if (pending.length === 0) res.json({ status: 'ready' });
    else res.status(503).json({ status: 'not ready', reason: `Migrations have not run: ${pending.join(', ')}.` });
  } catch (error) {
    res.status(503).json({ status: 'not ready', reason: `The database cannot be reached: ${messageOf(error)}` });
  }
}

function securityHeaders(_req: Request, res: Response, next: () => void): void {
  res.set({
    'content-security-policy': contentPolicy(),
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'same-origin',
  });
  next();
}
