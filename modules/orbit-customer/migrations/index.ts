import type { Migration } from '#core/db/migrate';
import { createOrbitLocation } from './001_create_orbit_location.ts';
import { createServiceOrbit } from './002_create_service_orbit.ts';
import { createOrbitIp } from './003_create_orbit_ip.ts';
import { createOrbitApiKey } from './004_create_orbit_api_key.ts';
import { createOrbitToken } from './005_create_orbit_token.ts';
import { createOrbitDevice } from './006_create_orbit_device.ts';
import { createOrbitChallenge } from './007_create_orbit_challenge.ts';
import { createOrbitWallet } from './008_create_orbit_wallet.ts';
import { createOrbitPurchase } from './009_create_orbit_purchase.ts';
import { createOrbitTopup } from './010_create_orbit_topup.ts';

export const migrations: readonly Migration[] = [
  createOrbitLocation,
  createServiceOrbit,
  createOrbitIp,
  createOrbitApiKey,
  createOrbitToken,
  createOrbitDevice,
  createOrbitChallenge,
  createOrbitWallet,
  createOrbitPurchase,
  createOrbitTopup,
];
