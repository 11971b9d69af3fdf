import { DioramaError } from '@diorama/shared';
import type { Worker } from 'node:worker_threads';
import type { QueryResult } from '../../database/database.js';
import { unavailable } from '../../database/unavailable.js';
import { compiledEntry } from '../../processes/compiled-entry.js';
import { startThread } from '../../processes/thread.js';
import { OPENED_ID, type PgliteFailure, type PgliteReply, type PgliteRequest } from './protocol.js';

export interface PgliteThreadOptions {
  readonly dataDir: string;
  /** A thread that owes an answer and has given none for so long is taken for dead. */
  readonly silenceMs: number;
  /** The thread has ended without having been asked to. Nothing is answered any more; another one may open the directory. */
  readonly died: (reason: Error) => void;
}

interface Waiting {
  readonly resolve: (result: QueryResult<never>) => void;
  readonly reject: (error: Error) => void;
}

type Unnumbered<T> = T extends unknown ? Omit<T, 'id'> : never;

/** SQLSTATEs of a disk that is full or fails, and of a database that has lost its wits: it may say nothing more from then on. */
const FORERUNNERS = /^(24|53|58|XX)/;
const TROUBLED_SILENCE_MS = 5_000;
/** To create a database, or to replay its log after a crash, takes long on a busy machine. */
const OPENING_MS = 120_000;
/** Where this process itself was held up, answers may have come that it has not read yet. */
const SECOND_LOOK_MS = 500;

/** Requests to the thread that owns PGlite, and their answers. */
export class PgliteThread {
  readonly opened: Promise<QueryResult<never>>;
  readonly #options: PgliteThreadOptions;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = OPENED_ID;
  #isOpen = false;
  #isTroubled = false;
  #ended: Error | undefined;
  #watchdog: NodeJS.Timeout | undefined;

  constructor(options: PgliteThreadOptions) {
    this.#options = options;
    this.#worker = startThread(compiledEntry(import.meta.url, './pglite-worker.js'), {
      workerData: { dataDir: options.dataDir },
    });
    this.opened = this.#answerTo(OPENED_ID);
    this.#worker.on('message', (reply: PgliteReply) => this.#receive(reply));
    this.#worker.on('error', (error) => this.#die('The embedded database failed', error));
    this.#worker.on('exit', () => this.#die('The embedded database has ended'));
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
    this.#end(new Error('The database has been closed'));
    await this.#worker.terminate();
  }

  #answerTo(id: number): Promise<QueryResult<never>> {
    const answer = new Promise<QueryResult<never>>((resolve, reject) =>
      this.#waiting.set(id, { resolve, reject }),
    );
    if (this.#waiting.size === 1) this.#watch();
    return answer;
  }

  #receive(reply: PgliteReply): void {
    if (this.#ended !== undefined) return;
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (reply.id === OPENED_ID) this.#isOpen = reply.ok;
    if (reply.ok) {
      this.#isTroubled = false;
      waiting?.resolve({ rows: reply.rows as never[], rowCount: reply.rowCount });
    } else {
      this.#isTroubled = FORERUNNERS.test(reply.error.code ?? '');
      waiting?.reject(toError(reply.error));
    }
    this.#watch();
  }

  #watch(): void {
    clearTimeout(this.#watchdog);
    if (this.#waiting.size === 0 || this.#ended !== undefined) return;
    const { silenceMs } = this.#options;
    const usual = this.#isTroubled ? Math.min(silenceMs, TROUBLED_SILENCE_MS) : silenceMs;
    this.#watchdog = setTimeout(
      () => {
        this.#watchdog = setTimeout(() => this.#die('The embedded database gives no answer'), SECOND_LOOK_MS);
        this.#watchdog.unref();
      },
      this.#isOpen ? usual : OPENING_MS,
    );
    this.#watchdog.unref();
  }

  #die(reason: string, cause?: unknown): void {
    if (this.#ended !== undefined) return;
    const wasOpen = this.#isOpen;
    const error = new DioramaError('storage_unavailable', reason, cause === undefined ? {} : { cause });
    this.#end(error);
    // While it is being opened, whoever opens it hears of it.
    void this.#worker.terminate().then(() => {
      if (wasOpen) this.#options.died(error);
    });
  }

  #end(error: Error): void {
    this.#ended ??= error;
    clearTimeout(this.#watchdog);
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }
}

const toError = (failure: PgliteFailure): Error => {
  const error = Object.assign(new Error(failure.message), failure);
  return unavailable(error) ?? error;
};
