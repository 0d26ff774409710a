import { Type } from '@sinclair/typebox';
import { Anything, MapOf, Text, required } from '#core/schema';

const MISSING_KEY = "You must provide an API key to check it's validity.";

/** No key that was ever made is longer; what is longer is not looked up. */
export const KeyInput = Type.Object({
  key: required(MISSING_KEY, Text({ maxLength: 4096, description: 'The API key.' })),
});

export const KeyInfo = Type.Object({
  valid: Type.Boolean(),
  config: MapOf(Anything({ description: 'Parameters stored with the prefix `custom_`, without it.' })),
});
