import { Type } from '@sinclair/typebox';
import { Id, required } from '#core/schema';

/** Which app, and which thing. */
export const AppId = required('app_id is missing', Id);
export const OneApp = Type.Object({ app_id: AppId });
export const One = Type.Object({ id: required('ID is missing', Id) });
