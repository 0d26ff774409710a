import { invalidInput } from '#core/error';
import type { Settings } from '#core/product';

/** A file as the configuration of a product lists it. */
export interface ProductFile {
  /** 32 hexadecimal digits. */
  readonly id: string;
  readonly filename: string;
  /** 64 hexadecimal digits; what else there is names no file of ours. */
  readonly storedName: string;
  readonly label: string | undefined;
  readonly description: string | undefined;
}

/** In the configuration of an order: staff alone learn where a file lies. */
export type OrderFile = Omit<ProductFile, 'storedName'>;

const KEY = /^[0-9a-f]{32}$/;
export const STORED_NAME = /^[0-9a-f]{64}$/;

/** Throws when what is there is not such a list. */
export function filesIn(config: Settings): ProductFile[] {
  const { files = [] } = config as { files?: unknown };
  if (!Array.isArray(files)) throw invalid();
  const found = files.map(toFile);
  if (new Set(found.map(({ id }) => id)).size < found.length)
    throw invalidInput(
      'servicedownloadable.duplicate_files',
      'Downloadable file configuration contains duplicate file IDs',
    );
  return found;
}

/** The name of the first file stands beside the list for those who know of one file only. */
export function withFiles(config: Settings, files: readonly ProductFile[]): Settings {
  const { files: _, filename: __, ...rest } = config;
  const [first] = files;
  return first === undefined ? rest : { ...rest, filename: first.filename, files: files.map(fromFile) };
}

/** What an order is told of its product's files. */
export function orderConfig(product: Settings, asked: Settings): Settings {
  const files = filesIn(product);
  if (files.length === 0) throw notConfigured();
  const shown = files.map(({ storedName: _, ...file }) => fromFile(file));
  return { ...asked, ...product, files: shown };
}

/** The ids an order was promised; the order of staff's making may hold anything. */
export function promisedIds(config: Settings): string[] {
  const { files } = config as { files?: unknown };
  if (!Array.isArray(files)) return [];
  return files.flatMap((file: unknown) => {
    const id = isObject(file) ? file['id'] : undefined;
    return typeof id === 'string' && KEY.test(id) ? [id] : [];
  });
}

export const reachesOrders = (config: Settings): boolean => config['update_orders'] === true;

function toFile(value: unknown): ProductFile {
  if (!isObject(value)) throw invalid();
  const { id, filename, stored_filename, label, description } = value;
  if (typeof id !== 'string' || !KEY.test(id)) throw invalid();
  if (typeof filename !== 'string' || filename === '' || filename.length > 512)
    throw invalidInput('servicedownloadable.filename', 'Downloadable filename is invalid');
  if (typeof stored_filename !== 'string' || !STORED_NAME.test(stored_filename)) throw invalid();
  return { id, filename, storedName: stored_filename, label: textOf(label), description: textOf(description) };
}

const fromFile = (file: OrderFile & { storedName?: string }): Settings => ({
  id: file.id,
  filename: file.filename,
  ...(file.storedName !== undefined && { stored_filename: file.storedName }),
  label: file.label ?? null,
  description: file.description ?? null,
});

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const invalid = () => invalidInput('servicedownloadable.files', 'Downloadable file configuration is invalid');
export const notConfigured = () =>
  invalidInput('servicedownloadable.not_configured', 'Product is not configured completely.');
