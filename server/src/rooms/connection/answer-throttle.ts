/** With more than this unread, a question has to wait: its answer would wait as well, in memory. */
const MOST_UNREAD_BYTES = 1024 * 1024;
/** Between two answers, at the least; then ten times what the last one took, and as long as this reads what is unread of it. */
const LEAST_PAUSE_MS = 50;
const PAUSE_FACTOR = 10;
const READ_BYTES_PER_MS = 10_000;

export interface AnswerThrottleOptions<Question> {
  readonly answer: (question: Question) => void;
  /** Bytes that wait for the client to read them. */
  readonly unsentBytes: () => number;
  /** Milliseconds of some clock that only goes forward. */
  readonly now?: () => number;
}

/**
 * Answers the questions of one client: the first at once, then no more than it reads and others can bear.
 *
 * A question is a few bytes, its answer may be all of the scene. Of those that have to wait the last one is answered, since it
 * knows all that the earlier ones knew.
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
