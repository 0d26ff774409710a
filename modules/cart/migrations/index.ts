import type { Migration } from '#core/db/migrate';
import { createCart } from './001_create_cart.ts';
import { createCartProduct } from './002_create_cart_product.ts';

export const migrations: readonly Migration[] = [createCart, createCartProduct];
