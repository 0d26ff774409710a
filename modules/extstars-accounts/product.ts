import { Type } from '@sinclair/typebox';
import { productType, type ProductType } from '#core/product';
import { TYPE } from './app/service.ts';
import type { BoughtCodes } from './code/bought.ts';
import { CODE_PAGE } from './code/pages.ts';

/** Each order is one code; how it behaves is set on the app that the product is of. */
export const codeProduct = (codes: BoughtCodes): ProductType =>
  productType({
    name: TYPE,
    title: 'Activation code',
    config: Type.Object({}, { additionalProperties: true }),
    clientKeys: ['period', 'quantity'],
    create: (tx, order) => codes.issue(tx, order),
    activate: (tx, order) => codes.delivered(tx, order),
    remove: (tx, order) => codes.orderRemoved(tx, order.id),
    follow: (tx, order) => codes.follow(tx, order),
    managedAt: CODE_PAGE,
    async show(ctx, order) {
      const found = await codes.showOfOrder(ctx, order);
      return (
        found && {
          id: found.id,
          app_id: found.appId,
          code: found.code,
          destination: found.destination,
          max_activations: found.maxActivations,
          live_activations: found.liveActivations,
          starts_at: found.startsAt ?? null,
          expires_at: found.expiresAt ?? null,
          status: found.standing,
        }
      );
    },
  });
