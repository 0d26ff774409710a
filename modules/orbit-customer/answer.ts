import { Type, type TObject } from '@sinclair/typebox';

/** The answer of an endpoint of version 2. */
export const Answer = <T extends TObject>(data: T) => Type.Object({ message: Type.String(), data });
/** Where there is nothing to add. */
export const Nothing = Answer(Type.Object({}));
