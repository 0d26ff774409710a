import { admin, type TestApp } from '../app.ts';

export interface Wanted {
  readonly title?: string;
  readonly type?: string;
  readonly categoryId?: number;
  /** As `update` takes them; a product is enabled unless it says otherwise. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** An enabled, free product; its id. */
export async function buildProduct(app: TestApp, wanted: Wanted = {}): Promise<number> {
  const { title = 'Plan', type = 'custom', categoryId, fields = {} } = wanted;
  const id = await app.call<number>(admin, 'product/prepare', { title, type, product_category_id: categoryId });
  await app.call(admin, 'product/update', { id, status: 'enabled', ...fields });
  return id;
}

/** An enabled, free add-on; its id. */
export const buildAddon = (app: TestApp, title = 'Backup', fields: object = {}): Promise<number> =>
  app.call<number>(admin, 'product/addon_create', { title, status: 'enabled', ...fields });

let codes = 0;

/** An active promo of ten per cent for everything; its id. */
export const buildPromo = (app: TestApp, fields: object = {}): Promise<number> =>
  app.call<number>(admin, 'product/promo_create', {
    code: `PROMO${++codes}`,
    type: 'percentage',
    value: 10,
    active: true,
    ...fields,
  });
