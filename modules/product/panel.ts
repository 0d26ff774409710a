import type { MenuEntry, Page } from '#core/web/page';
import type { categoryApi } from './api/admin-categories.ts';
import type { promoApi } from './api/admin-promos.ts';
import type { productApi } from './api/admin.ts';
import { categoryPages } from './panel-category.ts';
import { cataloguePages, type ProductPanelParts } from './panel-catalogue.ts';
import { productPages } from './panel-product.ts';
import { promoPages, type PromoPanelParts } from './panel-promo.ts';

interface Parts extends Omit<ProductPanelParts, 'admin'>, Omit<PromoPanelParts, 'admin'> {
  readonly productApi: ReturnType<typeof productApi>;
  readonly categoryApi: ReturnType<typeof categoryApi>;
  readonly promoApi: ReturnType<typeof promoApi>;
}

/** The pages of the catalogue in the staff panel. */
export const panelPages = (parts: Parts): readonly Page[] => [
  ...cataloguePages({ ...parts, admin: parts.productApi }),
  ...productPages({ ...parts, admin: parts.productApi }),
  ...categoryPages({ categories: parts.categories, admin: parts.categoryApi }),
  ...promoPages({ ...parts, admin: parts.promoApi }),
];

const shared = { role: 'admin', group: 'catalogue' } as const;
export const panelMenu: readonly MenuEntry[] = [
  { ...shared, title: 'product.title', href: '/admin/product', order: 310, permission: 'view' },
  { ...shared, title: 'addon.title', href: '/admin/product/addons', order: 320, permission: 'view' },
  {
    ...shared,
    title: 'category.title',
    href: '/admin/product/categories',
    order: 330,
    permission: 'manage_categories',
  },
  { ...shared, title: 'promo.title', href: '/admin/product/promos', order: 340, permission: 'view' },
];
