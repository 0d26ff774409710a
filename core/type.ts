/** The TypeBox that the engine's own schemas are made of, so that modules outside this package need no copy of it. */
export { Type, type Static, type TObject, type TSchema } from '@sinclair/typebox';
