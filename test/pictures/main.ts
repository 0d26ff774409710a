/** `npm run pictures -- [FOLDER]`: takes docs/pictures anew, or puts the pictures elsewhere. */
import { fileURLToPath } from 'node:url';
import { takePictures } from './take.ts';

const folder = process.argv[2] ?? fileURLToPath(new URL('../../docs/pictures', import.meta.url));
await takePictures(folder, (path) => process.stdout.write(`${path}\n`));
