import express, { type Express, type Request, type Response } from 'express';
import { fileURLToPath } from 'node:url';
import type { Config } from '#config/schema';
import type { LoadedModule } from '../boot.ts';
import { readHead } from '../http/adapter.ts';
import { createPeer } from '../http/peer.ts';
import type { Dialect } from '../http/dialect.ts';
import type { Dispatch } from '../http/dispatch.ts';
import { describeApi } from '../http/openapi.ts';
import type { createSessions } from '../http/session.ts';
import type { Sender } from '../subscriptions.ts';
import { CSRF_COOKIE } from '../http/fossbilling.ts';
import { messageOf } from '../error.ts';
import { readVersion } from '../version.ts';
import { createMetrics } from './metrics.ts';
import type { Renderer } from './render.ts';

export interface Site {
  readonly config: Config;
  active(): readonly LoadedModule[];
  refresh(): Promise<void> | undefined;
  readonly dispatch: Dispatch;
  readonly fossbilling: Dialect;
  readonly openSession: ReturnType<typeof createSessions>;
  readonly renderer: Renderer;
  sender(): Promise<Sender>;
  pending(): Promise<string[]>;
  ping(): Promise<void>;
}

/** What is not the API: health, metrics, the API's description, assets and pages. */
export function mountSite(app: Express, site: Site): void {
  const { config } = site;
  const version = readVersion();
  app.get('/healthz', (_req, res) => void res.json({ status: 'up' }));
  app.get('/readyz', (_req, res) => ready(site, res));
  if (config.hasMetrics) app.get('/metrics', createMetrics());
  app.get('/openapi.json', async (_req, res) => {
    await site.refresh();
    res.json(describeApi(site.active(), site.fossbilling, config.baseUrl, version));
  });
  app.use(
    '/assets',
    express.static(fileURLToPath(new URL('../../web/assets', import.meta.url)), { immutable: true, maxAge: '1y' }),
  );
  app.use(securityHeaders);
  app.get('/', (req, res) => page(site, req, res, 'home', {}));
  app.get('/docs', async (req, res) => {
    await site.refresh();
    await page(site, req, res, 'docs', { api: describeApi(site.active(), site.fossbilling, config.baseUrl, version) });
  });
  app.use(async (req, res) => {
    res.status(404);
    await page(site, req, res, 'not-found', { path: req.path });
  });
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
    'content-security-policy':
      "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'",
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'same-origin',
  });
  next();
}

/** Every page makes the CSRF token of its session and its cookie, which scripts read (spec A7). */
async function page(site: Site, req: Request, res: Response, view: string, values: object): Promise<void> {
  const request = readHead(req, createPeer(site.config.trustedProxies));
  const csrf = await site.openSession(request, req, res).csrf();
  res.cookie(CSRF_COOKIE, csrf, { path: '/', sameSite: 'strict', secure: site.config.baseUrl.startsWith('https:') });
  const html = await site.renderer.page(new URL('../../web/', import.meta.url), view, {
    ...values,
    sender: await site.sender(),
    csrf,
  });
  res.type('html').set('cache-control', 'no-store').send(html);
}
