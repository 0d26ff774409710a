export interface MariadbOptions {
  /** innodb_flush_log_at_trx_commit: 0, the quickest, unless a benchmark is about what a commit costs. */
  readonly flush?: 0 | 1 | 2;
  /** innodb_buffer_pool_size, such as `1G`. The default is small, because tests have little to keep. */
  readonly bufferPool?: string;
}

export interface Mariadb {
  readonly port: number;
  readonly pid: number;
  /** The DATABASE_URL of that database, which is created if it is missing. */
  url(database: string): string;
  /** Ends the server and removes its folder. The end of this process does so too, by a signal as well. */
  stop(): Promise<void>;
}

export function findMariadbd(): string | undefined;
export function startMariadb(options?: MariadbOptions): Promise<Mariadb>;
