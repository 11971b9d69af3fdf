/** What the session needs of a WebSocket: the browser's, Node 22's and `ws` all have it. */
export interface WebSocketLike {
  /** Set to `arraybuffer` by the session. */
  binaryType: string;
  /** 0 connecting, 1 open, 2 closing, 3 closed. */
  readonly readyState: number;
  /** Bytes that wait to be sent. */
  readonly bufferedAmount: number;
  /** Sends one binary message. */
  send(data: Uint8Array<ArrayBuffer>): void;
  /** Begins to close, also while it is connecting. */
  close(code?: number, reason?: string): void;
  /** As in browsers. */
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { code: number; reason: string }) => void): void;
}

/** Makes a connection, as `new WebSocket(url, protocols)` does. */
export type WebSocketConstructor = new (url: string, protocols?: string | string[]) => WebSocketLike;

/** Time, so that tests can own it. Milliseconds. */
export interface Clock {
  /** Milliseconds since some moment. */
  now(): number;
  /** Calls back once after a delay; returns what `clearTimeout` takes. */
  setTimeout(callback: () => void, delayMs: number): unknown;
  /** Takes a timer back; one that has fired, or undefined, is passed over. */
  clearTimeout(timer: unknown): void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (callback, delayMs) => setTimeout(callback, delayMs),
  clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
};
