import { DioramaError } from '@diorama/shared';
import { setTimeout as delay } from 'node:timers/promises';
import type { Database, QueryResult, SqlClient } from '../../database/database.js';
import { createDatabase } from './create-database.js';
import { lockDataDir } from './data-dir-lock.js';
import { PgliteThread } from './pglite-thread.js';
import { LongWork } from '../../database/long-work.js';
import { keepUp } from './upkeep.js';

export interface PgliteOptions {
  /** Directory of the database files; `<dataDir>.lock` beside it keeps other processes out. */
  readonly dataDir: string;
  /** Time between two rounds of cleaning up behind deleted rows. Default 10,000 ms. */
  readonly upkeepMs?: number;
  /** Such a round failed; the next one tries again. */
  readonly upkeepFailed?: (error: unknown) => void;
  /** After so long without any answer it is taken for dead, and opened again. Default 30,000 ms. */
  readonly silenceMs?: number;
  /** It failed for good, as one whose disk is full may. It is opened again, until that succeeds. */
  readonly failed?: (reason: unknown) => void;
  readonly reopened?: () => void;
}

/**
 * Opens the embedded database in a thread of its own; the first start of a directory takes 4–5 s, later ones 0.3 s.
 *
 * It has one connection: a transaction holds up every other query until it ends. Throws DataDirInUseError.
 */
export async function openPglite(options: PgliteOptions): Promise<Database> {
  const lock = await lockDataDir(`${options.dataDir}.lock`);
  try {
    const database = new PgliteDatabase(options, () => lock.release());
    await database.open();
    return database;
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Posting a view copies the whole buffer below it, which for Node's small Buffers is a pool of 8 kB. */
const ownBytes = (value: unknown): unknown =>
  value instanceof Uint8Array && value.byteLength !== value.buffer.byteLength
    ? new Uint8Array(value)
    : (value ?? null);

const query = <Row>(
  thread: PgliteThread,
  transaction: number | null,
  sql: string,
  params: readonly unknown[] = [],
): Promise<QueryResult<Row>> =>
  thread.request({ kind: 'query', transaction, sql, params: params.map(ownBytes) });

const UPKEEP_MS = 10_000;
const SILENCE_MS = 30_000;
const REOPEN_PAUSE_MS = 1_000;

class PgliteDatabase implements Database {
  readonly isShared = false;
  readonly longWork = new LongWork();
  readonly #options: PgliteOptions;
  readonly #release: () => Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  /** undefined while it is being opened. */
  #thread: PgliteThread | undefined;
  #reopening: Promise<void> | undefined;
  #upkeep: Promise<void> | undefined;
  #lastSeen = 0;
  #closed = false;

  constructor(options: PgliteOptions, release: () => Promise<void>) {
    this.#options = options;
    this.#release = release;
  }

  /** Rejects when the directory cannot be opened. */
  async open(): Promise<void> {
    const { dataDir, silenceMs = SILENCE_MS } = this.#options;
    await createDatabase({ dataDir, silenceMs });
    const thread = new PgliteThread({ dataDir, silenceMs, died: (reason) => this.#died(reason) });
    try {
      await thread.opened;
    } catch (error) {
      await thread.terminate();
      throw error;
    }
    this.#thread = thread;
    this.#lastSeen = thread.lastId;
    this.#timer ??= setInterval(() => this.#keepUp(), this.#options.upkeepMs ?? UPKEEP_MS).unref();
  }

  async query<Row>(sql: string, params?: readonly unknown[]): Promise<QueryResult<Row>> {
    return query<Row>(this.#current, null, sql, params);
  }

  async transaction<T>(work: (tx: SqlClient) => Promise<T>): Promise<T> {
    const thread = this.#current;
    const begun = thread.request({ kind: 'begin' });
    const transaction = thread.lastId;
    await begun;
    let result: T;
    try {
      result = await work({ query: (sql, params) => query(thread, transaction, sql, params) });
    } catch (error) {
      await thread.request({ kind: 'end', transaction, commit: false });
      throw error;
    }
    await thread.request({ kind: 'end', transaction, commit: true });
    return result;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#upkeep;
    await this.#reopening;
    const thread = this.#thread;
    this.#thread = undefined;
    if (thread !== undefined) {
      await thread.request({ kind: 'close' });
      await thread.terminate();
    }
    await this.#release();
  }

  get #current(): PgliteThread {
    if (this.#thread !== undefined) return this.#thread;
    throw new DioramaError('storage_unavailable', 'The embedded database is being opened again');
  }

  #died(reason: Error): void {
    this.#thread = undefined;
    if (this.#closed) return;
    this.#options.failed?.(reason);
    this.#reopening = this.#reopen().finally(() => (this.#reopening = undefined));
  }

  async #reopen(): Promise<void> {
    while (!this.#closed) {
      try {
        await this.open();
        this.#options.reopened?.();
        return;
      } catch (error) {
        this.#options.failed?.(error);
        await delay(REOPEN_PAUSE_MS);
      }
    }
  }

  #keepUp(): void {
    const thread = this.#thread;
    if (this.#upkeep !== undefined || thread === undefined || thread.lastId === this.#lastSeen) return;
    this.#upkeep = keepUp(this)
      .catch((error: unknown) => this.#options.upkeepFailed?.(error))
      .finally(() => {
        this.#upkeep = undefined;
        this.#lastSeen = thread.lastId;
      });
  }
}
