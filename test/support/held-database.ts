import type { Database, QueryResult, SqlClient } from '../../server/src/database/database.js';

/** A database that a test can stop, as a network or disk would, with the real one below. */
export class HeldDatabase implements Database {
  readonly #database: Database;
  #gate: Promise<void> = Promise.resolve();
  #open: () => void = () => undefined;
  #failure: Error | undefined;

  constructor(database: Database) {
    this.#database = database;
  }

  /** From now on statements wait until `release`. */
  hold(): void {
    this.#gate = new Promise((resolve) => (this.#open = resolve));
  }

  release(): void {
    this.#open();
    this.#gate = Promise.resolve();
  }

  /** From now on statements fail with `error`, until it is called without one. */
  fail(error?: Error): void {
    this.#failure = error;
  }

  async query<Row>(sql: string, params?: readonly unknown[]): Promise<QueryResult<Row>> {
    await this.#pass();
    return this.#database.query<Row>(sql, params);
  }

  async transaction<T>(work: (tx: SqlClient) => Promise<T>): Promise<T> {
    await this.#pass();
    return this.#database.transaction(work);
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  async #pass(): Promise<void> {
    await this.#gate;
    if (this.#failure !== undefined) throw this.#failure;
  }
}
