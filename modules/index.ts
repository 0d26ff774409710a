import type { Module } from '#core/module';

/** The modules that ship. Those in MODULES_DIR join them at start. */
export const shippedModules: readonly Module[] = [];
