import type { LongWork } from '../../server/src/database/long-work.js';
import type { Database, QueryResult, SqlClient } from '../../server/src/database/database.js';

/** A database that a test can stop, as a network or disk would, with the real one below. */
export class HeldDatabase implements Database {
  readonly #database: Database;
  #gate: Promise<void> = Promise.resolve();
  #open: () => void = () => undefined;
  #failure: Error | undefined;
  /** Which statements it is about; undefined for all. */
  #only: RegExp | undefined;
  #reached: () => void = () => undefined;

  constructor(database: Database) {
    this.#database = database;
  }

  get isShared(): boolean {
    return this.#database.isShared;
  }

  get longWork(): LongWork | undefined {
    return this.#database.longWork;
  }

  /** From now on statements, or only those that match, wait until `release`. Resolves when the first one waits. */
  hold(only?: RegExp): Promise<void> {
    this.#only = only;
    const reached = new Promise<void>((resolve) => (this.#reached = resolve));
    this.#gate = new Promise((resolve) => (this.#open = resolve));
    return reached;
  }

  release(): void {
    this.#open();
    this.#gate = Promise.resolve();
  }

  /** From now on statements, or only those that match, fail with `error`, until it is called without one. */
  fail(error?: Error, only?: RegExp): void {
    this.#only = only;
    this.#failure = error;
  }

  async query<Row>(sql: string, params?: readonly unknown[]): Promise<QueryResult<Row>> {
    await this.#pass(sql);
    return this.#database.query<Row>(sql, params);
  }

  async transaction<T>(work: (tx: SqlClient) => Promise<T>): Promise<T> {
    await this.#pass('');
    return this.#database.transaction(work);
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  async #pass(sql: string): Promise<void> {
    if (this.#only?.test(sql) === false) return;
    this.#reached();
    await this.#gate;
    if (this.#failure !== undefined) throw this.#failure;
  }
}
