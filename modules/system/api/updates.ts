import { Type } from '@sinclair/typebox';
import { adminEndpoint, Done } from '#core/endpoint';
import { conflict } from '#core/error';
import { MINIMUM_NODE, nodeVersion } from '../environment.ts';
import { FinalizationView, presentUpdate, UpdateView } from '../schema.ts';

const nothing = Type.Object({});

/** What the contract asks of a system that updates itself. This one is updated by whoever runs it, so it is always up to date. */
export const updatesApi = (version: string) => ({
  update_available: adminEndpoint({
    summary: 'Whether there is an update to fetch: never, since the engine does not update itself.',
    permission: 'view',
    input: nothing,
    output: Type.Boolean(),
    handle: async () => false,
  }),

  update_info: adminEndpoint({
    summary: 'The version that runs.',
    permission: 'view',
    input: nothing,
    output: UpdateView,
    handle: async ({ now }) => presentUpdate(version, { version: nodeVersion, minimum: MINIMUM_NODE }, now),
  }),

  recheck_update: adminEndpoint({
    summary: 'Look for an update again.',
    permission: 'recheck_update',
    input: nothing,
    output: Done,
    handle: async () => true as const,
  }),

  update_core: adminEndpoint({
    summary: 'Fetch and install an update: there is none.',
    permission: 'access',
    input: nothing,
    output: Done,
    handle: async () => {
      throw conflict('system.latest', 'You have the latest version of FOSSBilling. You do not need to update.');
    },
  }),

  update_finalization_status: adminEndpoint({
    summary: 'Whether an update waits for its last step: migrations run before the engine listens.',
    permission: 'system_update',
    input: nothing,
    output: FinalizationView,
    handle: async () => ({
      required: false,
      status: 'not_required',
      current_version: version,
      state: null,
      pending_patches: 0,
    }),
  }),

  finalize_update: adminEndpoint({
    summary: 'Take the last step of an update: nothing is left to do.',
    permission: 'system_update',
    input: nothing,
    output: Done,
    handle: async () => true as const,
  }),

  complete_update_finalization: adminEndpoint({
    summary: 'Confirm the last step of an update.',
    permission: 'system_update',
    input: nothing,
    output: Done,
    handle: async () => true as const,
  }),

  manual_update: adminEndpoint({
    summary: 'Run what an update by hand left to do: nothing.',
    permission: 'system_update',
    input: nothing,
    output: Done,
    handle: async () => true as const,
  }),

  is_behind_on_patches: adminEndpoint({
    summary: 'Whether migrations are due: they run before the engine listens.',
    permission: 'view',
    input: nothing,
    output: Type.Boolean(),
    handle: async () => false,
  }),
});
