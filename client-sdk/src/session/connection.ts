import { DioramaError, encodeToken, SUBPROTOCOL } from '@diorama/shared';
import { backoffMs } from './backoff.js';
import { errorOfClose } from './close-error.js';
import type { Clock, WebSocketConstructor, WebSocketLike } from './ports.js';

/** Servers ping and presence is renewed every 15 s: this much silence is worth a question. */
export const SILENCE_MS = 25_000;
/** A question that stays without an answer for this long means that the connection is dead. */
export const PROBE_TIMEOUT_MS = 8_000;
/** A server that wants us back later than this is not believed. */
const RETRY_AFTER_MOST_MS = 30_000;
const OPEN = 1;
const NORMAL_CLOSURE = 1000;

export interface ConnectionOptions {
  readonly url: string;
  readonly token: () => Promise<string>;
  /** Known to this session and the server alone: by it a guest who connects again is the one that was there. */
  readonly session: string;
  readonly WebSocket: WebSocketConstructor;
  readonly clock: Clock;
  readonly random: () => number;
  /** Where `online` is announced; the window in browsers. */
  readonly network: EventTarget | undefined;
  /** A frame that the server answers. */
  readonly probe: () => Uint8Array<ArrayBuffer>;
  readonly onOpen: () => void;
  readonly onFrame: (frame: Uint8Array) => void;
  /** The connection, or an attempt, failed; another attempt follows. */
  readonly onDown: (error: DioramaError) => void;
  /** The server refused for good; there is no further attempt. */
  readonly onRefused: (error: DioramaError) => void;
}

/**
 * Keeps one WebSocket up: asks for the token anew for each attempt, backs off, notices a dead line, and stops for good
 * at a close code that says that trying again is useless.
 */
export class Connection {
  readonly #options: ConnectionOptions;
  #socket: WebSocketLike | undefined;
  /** Attempts since the last one that proved itself. */
  #attempt = 0;
  #timer: unknown;
  #heardAt = 0;
  /** Whether the server has accepted this connection. */
  #proved = false;
  #waiting = false;
  /** When the server that is about to close the connection wants us back. */
  #retryAfterMs: number | undefined;
  #ended = false;
  readonly #onOnline = (): void => {
    if (this.#waiting) this.#connectNow();
    else if (this.isOpen) this.#probe();
  };

  constructor(options: ConnectionOptions) {
    this.#options = options;
    options.network?.addEventListener('online', this.#onOnline);
  }

  get isOpen(): boolean {
    return this.#socket?.readyState === OPEN;
  }

  start(): void {
    this.#connectNow();
  }

  /** Drops the frame when there is no connection: what matters is sent again after the next one. */
  send(frame: Uint8Array<ArrayBuffer>): void {
    if (this.isOpen) this.#socket?.send(frame);
  }

  /** The server has accepted the connection in earnest: the next failure starts from the shortest delay again. */
  proved(): void {
    this.#attempt = 0;
    this.#proved = true;
  }

  /** Asks for a token anew and gives it to the server, for this connection. Rejects with why there is none. */
  async renewToken(): Promise<void> {
    const socket = this.#socket;
    const token = await this.#options.token();
    if (this.#socket === socket) this.send(encodeToken(token));
  }

  /** The server will close the connection, and wants the next attempt after this. */
  expectClose(retryAfterMs: number): void {
    this.#retryAfterMs = Math.min(retryAfterMs, RETRY_AFTER_MOST_MS);
  }

  /** Drops this connection and makes another. */
  restart(error: DioramaError): void {
    this.#abandon();
    this.#down(error);
  }

  close(): void {
    this.#ended = true;
    this.#options.network?.removeEventListener('online', this.#onOnline);
    this.#abandon();
  }

  #connectNow(): void {
    this.#options.clock.clearTimeout(this.#timer);
    this.#waiting = false;
    this.#connect().catch((cause: unknown) => {
      this.#down(new DioramaError('unreachable', 'The connection could not be opened', { cause }));
    });
  }

  async #connect(): Promise<void> {
    let token: string;
    try {
      token = await this.#options.token();
    } catch (cause) {
      this.#down(new DioramaError('unauthenticated', 'The token could not be obtained', { cause }));
      return;
    }
    if (this.#ended || this.#socket !== undefined) return;
    const socket = new this.#options.WebSocket(
      `${this.#options.url}?token=${encodeURIComponent(token)}&session=${encodeURIComponent(this.#options.session)}`,
      SUBPROTOCOL,
    );
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    // Events of a socket that was given up are no longer ours.
    const current = (): boolean => this.#socket === socket;
    socket.addEventListener('open', () => {
      if (!current()) return;
      this.#heard();
      this.#watch(SILENCE_MS);
      this.#options.onOpen();
    });
    socket.addEventListener('message', ({ data }) => {
      if (!current()) return;
      this.#heard();
      if (data instanceof ArrayBuffer) this.#options.onFrame(new Uint8Array(data));
    });
    // `close` follows every `error`, and it alone says why.
    socket.addEventListener('error', () => undefined);
    socket.addEventListener('close', ({ code, reason }) => {
      if (current()) this.#closed(code, reason);
    });
  }

  #closed(code: number, reason: string): void {
    const wasProved = this.#proved;
    this.#abandon();
    const error = errorOfClose(code, reason);
    // A token that was good and is over is worth another one; a fresh one that is refused is not.
    const isOver = wasProved && error?.code === 'unauthenticated';
    if (error === undefined || error.retryable || isOver) {
      this.#down(error ?? new DioramaError('unreachable', `The connection was lost (${code})`));
    } else {
      this.close();
      this.#options.onRefused(error);
    }
  }

  #down(error: DioramaError): void {
    if (this.#ended) return;
    const delayMs = this.#retryAfterMs ?? backoffMs(this.#attempt++, this.#options.random());
    this.#retryAfterMs = undefined;
    this.#waiting = true;
    this.#timer = this.#options.clock.setTimeout(() => this.#connectNow(), delayMs);
    this.#options.onDown(error);
  }

  /** Lets the socket go without waiting for it: the closing handshake over a dead line takes half a minute. */
  #abandon(): void {
    this.#options.clock.clearTimeout(this.#timer);
    this.#waiting = false;
    this.#proved = false;
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close(NORMAL_CLOSURE);
  }

  #heard(): void {
    this.#heardAt = this.#options.clock.now();
  }

  #watch(delayMs: number): void {
    this.#options.clock.clearTimeout(this.#timer);
    this.#timer = this.#options.clock.setTimeout(() => {
      const silenceMs = this.#options.clock.now() - this.#heardAt;
      if (silenceMs < SILENCE_MS) this.#watch(SILENCE_MS - silenceMs);
      else this.#probe();
    }, delayMs);
  }

  #probe(): void {
    const askedAt = this.#options.clock.now();
    this.send(this.#options.probe());
    this.#options.clock.clearTimeout(this.#timer);
    this.#timer = this.#options.clock.setTimeout(() => {
      if (this.#heardAt >= askedAt) this.#watch(SILENCE_MS);
      else this.restart(new DioramaError('unreachable', 'The server has gone silent'));
    }, PROBE_TIMEOUT_MS);
  }
}
