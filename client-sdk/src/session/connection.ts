import { DioramaError, encodeToken, SUBPROTOCOL } from '@diorama/shared';
import { backoffMs } from './backoff.js';
import { errorOfClose } from './close-error.js';
import type { Clock, WebSocketConstructor, WebSocketLike } from './ports.js';
import { Silence } from './silence.js';

/** How long the token and the handshake may take together; browsers wait for a minute and more. */
export const CONNECT_TIMEOUT_MS = 10_000;
/** An attempt that is under way for this long when the network comes back was made over one that is gone. */
export const LONG_ATTEMPT_MS = 2_000;
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
  /** Until the next attempt, or until the one that is under way has taken too long. */
  #timer: unknown;
  readonly #silence: Silence;
  /** The attempt that is under way; another object, or none, when it was given up. */
  #opening: { readonly since: number } | undefined;
  /** Whether the server has accepted this connection. */
  #proved = false;
  #waiting = false;
  /** When the server that is about to close the connection wants us back. */
  #retryAfterMs: number | undefined;
  #ended = false;
  readonly #onOnline = (): void => {
    if (this.#waiting) this.#connectNow();
    else if (this.isOpen) this.#silence.ask();
    else if (this.#opening && this.#options.clock.now() - this.#opening.since >= LONG_ATTEMPT_MS) {
      this.#abandon();
      this.#connectNow();
    }
  };

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#silence = new Silence({
      clock: options.clock,
      ask: () => this.send(options.probe()),
      onDead: () => this.restart(new DioramaError('unreachable', 'The server has gone silent')),
    });
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
    const { clock } = this.#options;
    clock.clearTimeout(this.#timer);
    this.#waiting = false;
    const opening = { since: clock.now() };
    this.#opening = opening;
    this.#timer = clock.setTimeout(() => this.restart(tooLate(this.#socket)), CONNECT_TIMEOUT_MS);
    this.#connect(opening).catch((cause: unknown) => {
      if (this.#opening !== opening) return;
      this.restart(
        cause instanceof DioramaError
          ? cause
          : new DioramaError('unreachable', 'The connection could not be opened', { cause }),
      );
    });
  }

  async #connect(opening: object): Promise<void> {
    const token = await this.#options.token().catch((cause: unknown) => {
      throw new DioramaError('unauthenticated', 'The token could not be obtained', { cause });
    });
    // A token that comes after its attempt was given up: the next attempt has asked for its own.
    if (this.#opening !== opening) return;
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
      this.#options.clock.clearTimeout(this.#timer);
      this.#opening = undefined;
      this.#silence.start();
      this.#options.onOpen();
    });
    socket.addEventListener('message', ({ data }) => {
      if (!current()) return;
      this.#silence.heard();
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
    this.#silence.stop();
    this.#opening = undefined;
    this.#waiting = false;
    this.#proved = false;
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close(NORMAL_CLOSURE);
  }
}

/** Why an attempt that has taken too long is given up: `socket` is there once the token is. */
function tooLate(socket: WebSocketLike | undefined): DioramaError {
  const within = `within ${CONNECT_TIMEOUT_MS / 1_000} s`;
  return socket === undefined
    ? new DioramaError('unauthenticated', `The token did not come ${within}`)
    : new DioramaError('unreachable', `The server did not answer ${within}`);
}
