import { rename, rm } from 'node:fs/promises';

/** A file that came with a call, kept beside the data until the call is answered; whoever wants it moves it away. */
export class Upload {
  /** As the sender says, so nothing to build a path of. */
  readonly name: string;
  readonly size: number;
  /** SHA-256 of the content, in hexadecimal digits. */
  readonly hash: string;
  readonly #path: string;

  constructor(name: string, size: number, hash: string, path: string) {
    this.name = name;
    this.size = size;
    this.hash = hash;
    this.#path = path;
  }

  /** Into a folder on the same disk. */
  moveTo(path: string): Promise<void> {
    return rename(this.#path, path);
  }

  /** Does nothing once it was moved. */
  discard(): Promise<void> {
    return rm(this.#path, { force: true });
  }
}
