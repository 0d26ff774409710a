import { accessSync, constants } from 'node:fs';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { invalidInput } from '#core/error';

export const MINIMUM_NODE = '20.19.0';

export const nodeVersion = process.versions.node;

/** Folder → whether the engine may write there. */
export const writableFolders = (dataDir: string): Record<string, boolean> => ({ [dataDir]: isWritable(dataDir) });

/** Addresses by which this machine reaches others. */
export const listAddresses = (): string[] =>
  Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal }) => !internal)
    .map(({ address }) => address);

/** `0` leaves the choice to the machine. */
export function checkInterface(address: string): void {
  if (address !== '0' && isIP(address) === 0) throw invalidInput('system.interface', 'Invalid interface IP address');
}

export function checkCustomInterface(name: string): void {
  if (name !== '' && isIP(name) === 0 && !isHostName(name))
    throw invalidInput('system.interface', 'Invalid custom interface. Must be a valid IP address or hostname.');
}

const isHostName = (name: string): boolean =>
  name.length <= 253 && name.split('.').every((label) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(label));

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
