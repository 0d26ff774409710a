import { atomic, type Context, type Tx } from '#core/context';
import { conflict, forbidden, notFound } from '#core/error';
import type { AdminActor } from '#core/actor';
import type { SettingStore } from '#core/settings';

/**
 * How far the wizard is, a parameter of the system. Absent: it is not for this installation, whose administrator came with
 * the settings it was started with. `due`: the site leads there. `open`: it is not led to any more, and can be finished.
 */
export type SetupState = 'due' | 'open' | 'done' | undefined;

const STATE = 'setup_state';
const STATES = ['due', 'open', 'done'] as const;

export type SetupProgress = ReturnType<typeof createProgress>;

export function createProgress(settings: SettingStore) {
  const read = (text: string | undefined): SetupState => STATES.find((state) => state === text);
  /** Only from one of these, so that what is done stays done. */
  const move = async (tx: Tx, to: 'due' | 'open' | 'done', from: readonly SetupState[]): Promise<void> => {
    if (from.includes(read(await settings.paramForUpdate(tx, STATE)))) await settings.saveParam(tx, STATE, to);
  };
  // Processes look every second: whoever leaves the wizard must not be led back until this one has looked.
  let isLeft = false;
  return {
    isLeft: (): boolean => isLeft,

    state: async (ctx: Context): Promise<SetupState> => read(await settings.param(ctx, STATE)),

    /** Somebody has to go through it. */
    async begin(ctx: Context): Promise<void> {
      await atomic(ctx, (tx) => move(tx, 'due', [undefined]));
      isLeft = false;
    },

    /** The shop has become somebody's: nobody who opens the site is led away any more. */
    async settle(ctx: Context): Promise<void> {
      await atomic(ctx, (tx) => move(tx, 'open', ['due']));
      isLeft = true;
    },

    async finish(ctx: Context): Promise<void> {
      await atomic(ctx, async (tx) => {
        await move(tx, 'done', ['due', 'open']);
        await tx.record('Finished the setup');
      });
      isLeft = true;
    },

    /** A finished wizard does not exist, and before that it is for administrators only. */
    async check(ctx: Context<AdminActor>): Promise<void> {
      if (ctx.actor.rights !== 'all') throw forbidden('setup.not_administrator', 'Only an administrator can do this.');
      const state = read(await settings.param(ctx, STATE));
      if (state === undefined) throw notFound('setup.none', 'There is nothing to set up.');
      if (state === 'done') throw conflict('setup.done', 'This installation is set up already.');
    },
  };
}
