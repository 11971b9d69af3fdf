import { Worker } from 'node:worker_threads';
import type { Database, QueryResult, SqlClient } from '../../database/database.js';
import { compiledEntry } from '../../processes/compiled-entry.js';
import { unavailable } from '../../database/unavailable.js';
import { lockDataDir } from './data-dir-lock.js';
import { OPENED_ID, type PgliteFailure, type PgliteReply, type PgliteRequest } from './protocol.js';
import { keepUp } from './upkeep.js';

export interface PgliteOptions {
  /** Directory of the database files; `<dataDir>.lock` beside it keeps other processes out. */
  readonly dataDir: string;
  /** Time between two rounds of cleaning up behind deleted rows. Default 10,000 ms. */
  readonly upkeepMs?: number;
  /** Such a round failed; the next one tries again. */
  readonly upkeepFailed?: (error: unknown) => void;
}

/**
 * Opens the embedded database in a thread of its own; the first start of a directory takes 4–5 s, later ones 0.3 s.
 *
 * It has one connection: a transaction holds up every other query until it ends. Throws DataDirInUseError.
 */
export async function openPglite(options: PgliteOptions): Promise<Database> {
  const lock = await lockDataDir(`${options.dataDir}.lock`);
  try {
    const thread = new PgliteThread(options.dataDir);
    await thread.opened;
    return new PgliteDatabase(thread, options, () => lock.release());
  } catch (error) {
    await lock.release();
    throw error;
  }
}

interface Waiting {
  readonly resolve: (result: QueryResult<never>) => void;
  readonly reject: (error: Error) => void;
}

type Unnumbered<T> = T extends unknown ? Omit<T, 'id'> : never;

/** Requests to the thread, and their answers. */
class PgliteThread {
  readonly opened: Promise<QueryResult<never>>;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = OPENED_ID;
  #ended: Error | undefined;

  constructor(dataDir: string) {
    this.#worker = new Worker(compiledEntry(import.meta.url, './pglite-worker.js'), {
      workerData: { dataDir },
    });
    this.opened = this.#answerTo(OPENED_ID);
    this.#worker.on('message', (reply: PgliteReply) => this.#receive(reply));
    this.#worker.on('error', (error) => this.#end(error instanceof Error ? error : new Error(String(error))));
    this.#worker.on('exit', () => this.#end(new Error('The database has been closed')));
  }

  get lastId(): number {
    return this.#lastId;
  }

  request(request: Unnumbered<PgliteRequest>): Promise<QueryResult<never>> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const id = ++this.#lastId;
    const answer = this.#answerTo(id);
    this.#worker.postMessage({ ...request, id });
    return answer;
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  #answerTo(id: number): Promise<QueryResult<never>> {
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  #receive(reply: PgliteReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (reply.ok) waiting?.resolve({ rows: reply.rows as never[], rowCount: reply.rowCount });
    else waiting?.reject(toError(reply.error));
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }
}

const toError = (failure: PgliteFailure): Error => {
  const error = Object.assign(new Error(failure.message), failure);
  return unavailable(error) ?? error;
};

/** Posting a view copies the whole buffer below it, which for Node's small Buffers is a pool of 8 kB. */
const ownBytes = (value: unknown): unknown =>
  value instanceof Uint8Array && value.byteLength !== value.buffer.byteLength
    ? new Uint8Array(value)
    : (value ?? null);

class PgliteClient implements SqlClient {
  readonly #thread: PgliteThread;
  readonly #transaction: number | null;

  constructor(thread: PgliteThread, transaction: number | null) {
    this.#thread = thread;
    this.#transaction = transaction;
  }

  query<Row>(sql: string, params: readonly unknown[] = []): Promise<QueryResult<Row>> {
    return this.#thread.request({
      kind: 'query',
      transaction: this.#transaction,
      sql,
      params: params.map(ownBytes),
    });
  }
}

const UPKEEP_MS = 10_000;

class PgliteDatabase extends PgliteClient implements Database {
  readonly isShared = false;
  readonly #thread: PgliteThread;
  readonly #options: PgliteOptions;
  readonly #release: () => Promise<void>;
  readonly #timer: NodeJS.Timeout;
  #upkeep: Promise<void> | undefined;
  #lastSeen: number;

  constructor(thread: PgliteThread, options: PgliteOptions, release: () => Promise<void>) {
    super(thread, null);
    this.#thread = thread;
    this.#options = options;
    this.#release = release;
    this.#lastSeen = thread.lastId;
    this.#timer = setInterval(() => this.#keepUp(), options.upkeepMs ?? UPKEEP_MS).unref();
  }

  async transaction<T>(work: (tx: SqlClient) => Promise<T>): Promise<T> {
    const begun = this.#thread.request({ kind: 'begin' });
    const transaction = this.#thread.lastId;
    await begun;
    let result: T;
    try {
      result = await work(new PgliteClient(this.#thread, transaction));
    } catch (error) {
      await this.#thread.request({ kind: 'end', transaction, commit: false });
      throw error;
    }
    await this.#thread.request({ kind: 'end', transaction, commit: true });
    return result;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#upkeep;
    await this.#thread.request({ kind: 'close' });
    await this.#thread.terminate();
    await this.#release();
  }

  #keepUp(): void {
    if (this.#upkeep !== undefined || this.#thread.lastId === this.#lastSeen) return;
    this.#upkeep = keepUp(this)
      .catch((error: unknown) => this.#options.upkeepFailed?.(error))
      .finally(() => {
        this.#upkeep = undefined;
        this.#lastSeen = this.#thread.lastId;
      });
  }
}
