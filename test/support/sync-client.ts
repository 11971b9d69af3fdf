import {
  encodeToken,
  MESSAGE,
  readDraining,
  readRefused,
  readSaved,
  readTokenRequest,
  readWelcome,
  SUBPROTOCOL,
  SYNC_STEP,
} from '@diorama/shared';
import type { Refused, Role, TokenRequest, Welcome } from '@diorama/shared';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import WebSocket from 'ws';
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate } from 'y-protocols/awareness';
import * as Y from 'yjs';

export interface SyncClientOptions {
  /** Origin of the server, `http://…` or `ws://…`. */
  readonly url: string;
  readonly sceneId: string;
  readonly token: string;
  /** Default: a new one. */
  readonly doc?: Y.Doc;
  /** Whether to ask for `diorama.v1`. Default true. */
  readonly diorama?: boolean;
  /** Sends the token as a bearer header instead of in the query. */
  readonly bearer?: boolean;
  /** Default true. */
  readonly answersPings?: boolean;
  /** Names the session, by which a guest who comes back is known. Default none. */
  readonly session?: string;
}

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

const step1 = (doc: Y.Doc): Uint8Array => syncFrame(SYNC_STEP.step1, Y.encodeStateVector(doc));

/** A `sync` frame. */
export function syncFrame(step: number, bytes: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, MESSAGE.sync);
  encoding.writeVarUint(encoder, step);
  encoding.writeVarUint8Array(encoder, bytes);
  return encoding.toUint8Array(encoder);
}

/** A sync client that shows what goes over the wire: a replica that writes and reads frames by itself. */
export class SyncClient {
  readonly doc: Y.Doc;
  readonly awareness: Awareness;
  readonly webSocket: WebSocket;
  /** The first sync step 2 has been applied. */
  readonly synced: Promise<void>;
  readonly closed: Promise<Closed>;
  /** Message types in the order in which they came. */
  readonly received: number[] = [];
  /** Size of all messages so far. */
  receivedBytes = 0;
  readonly refused: Refused[] = [];
  /** What y-protocols' permission-denied messages said. */
  readonly denied: string[] = [];
  welcome: Welcome | undefined;
  /** Roles that the welcomes told, in order. */
  readonly roles: Role[] = [];
  readonly tokenRequests: TokenRequest[] = [];
  /** When a server that drains wants the client back. */
  retryAfterMs: number | undefined;
  /** Document frames sent, and how many of them the server says are committed. */
  documentFrames = 0;
  saved = 0;
  readonly #listeners = new Set<() => void>();

  constructor(options: SyncClientOptions) {
    this.doc = options.doc ?? new Y.Doc();
    this.awareness = new Awareness(this.doc);
    const parameters = new URLSearchParams(options.bearer ? {} : { token: options.token });
    if (options.session !== undefined) parameters.set('session', options.session);
    const query = `?${parameters.toString()}`;
    this.webSocket = new WebSocket(
      `${options.url.replace('http', 'ws')}/v1/sync/${options.sceneId}${query}`,
      options.diorama === false ? [] : [SUBPROTOCOL],
      {
        autoPong: options.answersPings !== false,
        ...(options.bearer ? { headers: { authorization: `Bearer ${options.token}` } } : {}),
      },
    );
    this.webSocket.binaryType = 'nodebuffer';
    let synced = (): void => undefined;
    this.synced = new Promise((resolve) => (synced = resolve));
    this.closed = new Promise((resolve) => {
      this.webSocket.on('close', (code, reason) => {
        resolve({ code, reason: reason.toString() });
        this.#changed();
      });
    });
    // A connection that fails also closes, and tests look at that.
    this.webSocket.on('error', () => undefined);
    this.webSocket.on('open', () => this.send(step1(this.doc)));
    this.webSocket.on('message', (data: Buffer) => {
      this.#receive(data, synced);
      this.#changed();
    });
    this.doc.on('update', this.#onUpdate);
  }

  get isOpen(): boolean {
    return this.webSocket.readyState === WebSocket.OPEN;
  }

  send(message: Uint8Array): void {
    if (this.isOpen) this.webSocket.send(message);
  }

  /** Sends an update as it is, without applying it here. */
  sendUpdate(update: Uint8Array): void {
    this.documentFrames++;
    this.send(syncFrame(SYNC_STEP.update, update));
  }

  sendToken(token: string): void {
    this.send(encodeToken(token));
  }

  setPresence(state: Record<string, unknown> | null): void {
    this.awareness.setLocalState(state);
    this.sendPresence(encodeAwarenessUpdate(this.awareness, [this.doc.clientID]));
  }

  sendPresence(update: Uint8Array): void {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, MESSAGE.awareness);
    encoding.writeVarUint8Array(encoder, update);
    this.send(encoding.toUint8Array(encoder));
  }

  /** Resolves when `holds` does, looked at after everything that arrives. Rejects when the connection closes before. */
  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (!holds()) {
          if (this.webSocket.readyState < WebSocket.CLOSING) return;
          reject(new Error('The connection closed before it was so'));
        }
        this.#listeners.delete(look);
        resolve();
      };
      this.#listeners.add(look);
      look();
    });
  }

  /** Everything that was sent is committed. */
  allSaved(): Promise<void> {
    return this.until(() => this.saved === this.documentFrames);
  }

  /** Leaves without a farewell, as a client whose network broke. */
  drop(): void {
    this.#end();
    this.webSocket.terminate();
  }

  async close(): Promise<void> {
    this.#end();
    this.webSocket.close();
    await this.closed;
  }

  #end(): void {
    this.doc.off('update', this.#onUpdate);
    this.awareness.destroy();
  }

  readonly #onUpdate = (update: Uint8Array, origin: unknown): void => {
    if (origin !== this) this.sendUpdate(update);
  };

  #changed(): void {
    for (const look of [...this.#listeners]) look();
  }

  #receive(data: Buffer, synced: () => void): void {
    const decoder = decoding.createDecoder(data);
    const type = decoding.readVarUint(decoder);
    this.received.push(type);
    this.receivedBytes += data.byteLength;
    switch (type) {
      case MESSAGE.sync:
        this.#receiveSync(decoder, synced);
        return;
      case MESSAGE.awareness:
        applyAwarenessUpdate(this.awareness, decoding.readVarUint8Array(decoder), this);
        return;
      case MESSAGE.auth:
        decoding.readVarUint(decoder);
        this.denied.push(decoding.readVarString(decoder));
        return;
      case MESSAGE.saved:
        this.saved = readSaved(decoder);
        return;
      case MESSAGE.refused:
        this.refused.push(readRefused(decoder));
        return;
      case MESSAGE.draining:
        this.retryAfterMs = readDraining(decoder).retry_after_ms;
        return;
      case MESSAGE.welcome:
        this.welcome = readWelcome(decoder);
        this.roles.push(this.welcome.role);
        return;
      case MESSAGE.tokenRequest:
        this.tokenRequests.push(readTokenRequest(decoder));
        return;
      default:
        throw new Error(`unknown message type ${type}`);
    }
  }

  #receiveSync(decoder: decoding.Decoder, synced: () => void): void {
    const step = decoding.readVarUint(decoder);
    const bytes = decoding.readVarUint8Array(decoder);
    if (step === SYNC_STEP.step1) {
      this.documentFrames++;
      this.send(syncFrame(SYNC_STEP.step2, Y.encodeStateAsUpdate(this.doc, bytes)));
      return;
    }
    Y.applyUpdate(this.doc, bytes, this);
    if (step === SYNC_STEP.step2) synced();
  }
}
