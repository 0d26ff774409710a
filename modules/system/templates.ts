import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Names such as `home.liquid` or `mail/reset.liquid`: no dots in front, so nothing outside the folders can be named. */
const NAME = /^(?:[\w-]+\/)*[\w-]+\.liquid$/;

export const webFolder = new URL('../../web/', import.meta.url);

export const hasTemplate = (folders: readonly URL[], file: string): boolean =>
  NAME.test(file) && folders.some((folder) => existsSync(fileURLToPath(new URL(file, folder))));
