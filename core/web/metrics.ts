import type { RequestHandler } from 'express';
import client from 'prom-client';

/** Figures of this process in the format of Prometheus. */
export function createMetrics(): RequestHandler {
  const register = new client.Registry();
  client.collectDefaultMetrics({ register });
  return async (_req, res) => {
    res.type(register.contentType).send(await register.metrics());
  };
}
