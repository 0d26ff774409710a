import { extname } from 'node:path';
import { invalidInput } from '#core/error';
import { shortened, wellFormed } from '#core/text';

/** What staff may sell as a file (commerce spec 9.4): nothing a web server would run. */
const EXTENSIONS = (
  'zip tar gz tgz bz2 xz rar 7z pdf doc docx xls xlsx ppt pptx txt csv xml json yml yaml sql png jpg jpeg gif svg webp ' +
  'mp3 wav ogg mp4 m4v mov avi mkv webm exe msi dmg pkg deb rpm apk ipa jar war ear iso bin img'
).split(' ');
const MAX_LENGTH = 255;

/**
 * The name a file is downloaded under; nothing is ever stored by it. Folders, control characters and what turns the
 * direction of writing, and so hides the real extension, are left out, and a long name keeps its extension.
 */
export function cleanName(sent: string): string {
  const last = wellFormed(sent).split(/[/\\]/).at(-1) ?? '';
  const name = last
    .normalize('NFC')
    .replaceAll(/[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu, '')
    .replaceAll(/^[\s.]+|[\s.]+$/g, '');
  const extension = extname(name);
  const allowed = extension.slice(1).toLowerCase();
  if (name === '' || extension.length > 10 || extension === name)
    throw invalidInput('servicedownloadable.filename', 'Downloadable filename is invalid');
  if (!EXTENSIONS.includes(allowed))
    throw invalidInput(
      'servicedownloadable.extension',
      `File extension ${allowed} is not allowed. Allowed extensions: ${EXTENSIONS.join(', ')}`,
    );
  return `${shortened(name.slice(0, -extension.length), MAX_LENGTH - extension.length)}${extension}`;
}
