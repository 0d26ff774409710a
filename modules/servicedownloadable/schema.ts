import { Type } from '@sinclair/typebox';
import { file, type Download } from '#core/endpoint';
import { Text } from '#core/schema';
import type { Opened } from './service.ts';

/** Longer than either may be, so that the refusal is the contract's. */
export const WordInputs = {
  label: Type.Optional(Text({ description: 'At most 255 characters.' })),
  description: Type.Optional(Text({ description: 'At most 1000 characters.' })),
};

export const wordsOf = ({ label, description }: { label?: string; description?: string }) => ({ label, description });

/** Whatever it is, browsers are told to save it. */
export const download = ({ filename, content }: Opened): Download =>
  file(filename, 'application/octet-stream', content);
