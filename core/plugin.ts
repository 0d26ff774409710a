/** A place in one module where others may add something of one kind. The type travels with the socket. */
export interface Socket<T> {
  readonly name: string;
  /** Never set: it only carries the type. */
  readonly plug?: T;
}

/** Something a module adds to the socket of another: `plugins: [plug(customPlugin, { … })]`. */
export interface Plug {
  readonly socket: string;
  readonly value: unknown;
}

/** What active modules have plugged in; asked at each use, since modules come and go. */
export interface Plugins {
  list<T>(socket: Socket<T>): readonly T[];
}

export const defineSocket = <T>(name: string): Socket<T> => ({ name });
export const plug = <T>(socket: Socket<T>, value: T): Plug => ({ socket: socket.name, value });

export const createPlugins = (active: () => readonly { contributions: { plugins?: readonly Plug[] } }[]): Plugins => ({
  list: <T>(socket: Socket<T>) =>
    active()
      .flatMap(({ contributions }) => contributions.plugins ?? [])
      .filter((one) => one.socket === socket.name)
      .map(({ value }) => value as T), // `plug` has held it against the type of the socket
});
