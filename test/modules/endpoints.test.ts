import assert from 'node:assert/strict';
import type { OpenApi } from '#core/http/openapi';
import { useApp } from '../support/app.ts';
import { SALE_ENDPOINTS } from '../support/sale-endpoints.ts';

/** Ours, beyond the contract. */
const OURS = ['/api/client/invoice/pay_from_balance'];

describe('the OpenAPI document', () => {
  const app = useApp({ install: ['serviceapikey'] });

  for (const [module, roles] of Object.entries(SALE_ENDPOINTS)) {
    it(`has every endpoint of the contract of ${module}, and no other`, async () => {
      const { paths } = (await app.request('get', '/openapi.json')).body as OpenApi;

      for (const role of ['guest', 'client', 'admin'] as const) {
        const prefix = `/api/${role}/${module}/`;
        const served = Object.keys(paths).filter((path) => path.startsWith(prefix) && !OURS.includes(path));
        assert.deepEqual(served.map((path) => path.slice(prefix.length)).toSorted(), (roles[role] ?? []).toSorted());
      }
    });
  }
});
