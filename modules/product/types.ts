import type { ProductTypes } from '#core/product';

/**
 * Types that staff may describe products of whether or not a module delivers them: programs written for the contract
 * ask for them by name. Only a type of an active module can be ordered.
 */
const NAMED: Readonly<Record<string, string>> = {
  custom: 'Custom',
  license: 'License',
  downloadable: 'Downloadable',
  hosting: 'Hosting',
  domain: 'Domain',
};

export const titlesOfTypes = (registered: ProductTypes): Record<string, string> => ({
  ...NAMED,
  ...Object.fromEntries(registered.list().map(({ name, title }) => [name, NAMED[name] ?? title])),
});
