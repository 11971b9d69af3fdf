import type * as Y from 'yjs';
import type { Clock, WebSocketConstructor } from './ports.js';

/** How a session begins; everything has a default. */
export interface ConnectOptions {
  /** Shown to the others; more can be shown with `session.presence.set`. */
  readonly user?: { readonly name: string; readonly color: string } | undefined;
  /** A document to carry on with, such as one restored from a local store. By default an empty one. */
  readonly doc?: Y.Doc | undefined;
}

/** How an edit becomes a step of undo. */
export interface EditOptions {
  /** Edits that follow each other within a second with the same key are one undo step. */
  readonly merge?: string | undefined;
}

export interface SceneSessionOptions extends ConnectOptions {
  readonly url: string;
  readonly token: () => Promise<string>;
  readonly WebSocket: WebSocketConstructor;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random?: (() => number) | undefined;
  /** 16 to 64 letters, digits, `_` and `-` that nobody guesses. By default new ones. */
  readonly session?: string | undefined;
  readonly network?: EventTarget | undefined;
}

/** Where the platform says that the network is back; Node does not. */
export function platformNetwork(): EventTarget | undefined {
  return typeof window === 'undefined' ? undefined : window;
}
