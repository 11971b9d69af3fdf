/** With more unread bytes, questions wait: their answers would have to wait in memory. */
const MOST_UNREAD_BYTES = 1024 * 1024;
/**
 * The pause between two answers is the longest of three: this minimum, ten times the duration of the last answer, and
 * the time to read what is unread at 10 MB/s.
 */
const LEAST_PAUSE_MS = 50;
const PAUSE_FACTOR = 10;
const READ_BYTES_PER_MS = 10_000;

export interface AnswerThrottleOptions<Question> {
  readonly answer: (question: Question) => void;
  /** Bytes that wait for the client to read them. */
  readonly unsentBytes: () => number;
  /** Milliseconds of a monotonic clock. */
  readonly now?: () => number;
}

/**
 * Answers the questions of one client: the first at once, later ones no faster than it reads the answers and other
 * clients can bear.
 *
 * A question is a few bytes, its answer may be the whole scene. Of several waiting questions only the last is answered,
 * since it supersedes the others.
 */
export class AnswerThrottle<Question> {
  readonly #options: AnswerThrottleOptions<Question>;
  readonly #now: () => number;
  #freeAt = -Infinity;
  #waiting: { readonly question: Question } | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: AnswerThrottleOptions<Question>) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  ask(question: Question): void {
    this.#waiting = { question };
    if (this.#timer === undefined) this.#next();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#waiting = undefined;
  }

  #next(): void {
    this.#timer = undefined;
    if (this.#waiting === undefined) return;
    const { answer, unsentBytes } = this.#options;
    const start = this.#now();
    if (start < this.#freeAt || unsentBytes() > MOST_UNREAD_BYTES) {
      this.#timer = setTimeout(() => this.#next(), Math.max(LEAST_PAUSE_MS, this.#freeAt - start));
      return;
    }
    const { question } = this.#waiting;
    this.#waiting = undefined;
    answer(question);
    const end = this.#now();
    const pause = Math.max(LEAST_PAUSE_MS, (end - start) * PAUSE_FACTOR, unsentBytes() / READ_BYTES_PER_MS);
    this.#freeAt = end + pause;
  }
}
