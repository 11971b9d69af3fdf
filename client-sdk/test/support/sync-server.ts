import {
  encodeRefused,
  encodeSaved,
  encodeWelcome,
  MESSAGE,
  SUBPROTOCOL,
  SYNC_STEP,
  type ErrorCode,
  type Role,
} from '@diorama/shared';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import {
  applyAwarenessUpdate,
  Awareness,
  encodeAwarenessUpdate,
  removeAwarenessStates,
} from 'y-protocols/awareness';
import * as Y from 'yjs';

/**
 * One scene behind a real socket, speaking `diorama.v1`, that does as the test says: when to acknowledge, what to
 * refuse, when to hang up or fall silent.
 */
export class SyncServer {
  readonly doc = new Y.Doc();
  role: Role = 'editor';
  maxFrameBytes = 1 << 20;
  /** Whether document frames are acknowledged as they come. */
  acknowledges = true;
  /** Whether anything is answered at all. */
  silent = false;
  /** What to say to the next document frame that is not empty. */
  refuseNext: ErrorCode | undefined;
  /** Closes every connection as it comes. */
  closeWith: { readonly code: number; readonly reason: string } | undefined;
  readonly tokens: string[] = [];
  /** The path of each connection, without the query. */
  readonly paths: string[] = [];
  /** Document frames that were applied, as updates, oldest first. */
  readonly updates: Uint8Array[] = [];
  /** Awareness frames that came. */
  awarenessFrames = 0;
  readonly #awareness = new Awareness(this.doc);
  #server: WebSocketServer | undefined;
  readonly #sockets = new Map<WebSocket, { frames: number; clientIds: Set<number> }>();
  #port = 0;

  /** Listens again on the same port after `stop`. */
  async start(): Promise<this> {
    this.#awareness.setLocalState(null);
    const server = new WebSocketServer({
      port: this.#port,
      host: '127.0.0.1',
      handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    });
    this.#server = server;
    await new Promise((resolve) => server.once('listening', resolve));
    this.#port = (server.address() as AddressInfo).port;
    server.on('connection', (socket, request) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
      this.tokens.push(searchParams.get('token') ?? '');
      this.paths.push(pathname);
      this.#connected(socket);
    });
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get connections(): number {
    return this.#sockets.size;
  }

  /** Ends every connection without a close frame, as a killed process does, and stops listening. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const socket of server?.clients ?? []) socket.terminate();
    await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  }

  async destroy(): Promise<void> {
    await this.stop();
    this.#awareness.destroy();
    this.doc.destroy();
  }

  hangUp(code: number, reason = ''): void {
    for (const socket of this.#sockets.keys()) socket.close(code, reason);
  }

  /** Acknowledges what has come so far on every connection. */
  acknowledge(): void {
    for (const [socket, { frames }] of this.#sockets) socket.send(encodeSaved(frames));
  }

  /** Asks every connection for what this server lacks. */
  askAgain(): void {
    this.send(syncFrame(SYNC_STEP.step1, Y.encodeStateVector(this.doc)));
  }

  /** Sends raw bytes to every connection. */
  send(frame: Uint8Array): void {
    for (const socket of this.#sockets.keys()) socket.send(frame);
  }

  #connected(socket: WebSocket): void {
    if (this.closeWith) {
      socket.close(this.closeWith.code, this.closeWith.reason);
      return;
    }
    this.#sockets.set(socket, { frames: 0, clientIds: new Set() });
    socket.on('message', (data: Buffer) => this.#received(socket, new Uint8Array(data)));
    socket.on('close', () => this.#left(socket));
    if (this.silent) return;
    socket.send(
      encodeWelcome({
        scene_id: 'scn_test',
        principal: 'tester',
        name: 'Tester',
        role: this.role,
        max_frame_bytes: this.maxFrameBytes,
      }),
    );
    socket.send(syncFrame(SYNC_STEP.step1, Y.encodeStateVector(this.doc)));
    const present = [...this.#awareness.getStates().keys()];
    if (present.length > 0) socket.send(this.#awarenessOf(present));
  }

  #left(socket: WebSocket): void {
    const gone = [...(this.#sockets.get(socket)?.clientIds ?? [])];
    this.#sockets.delete(socket);
    removeAwarenessStates(this.#awareness, gone, null);
    if (gone.length > 0) this.send(this.#awarenessOf(gone));
  }

  #received(socket: WebSocket, frame: Uint8Array): void {
    if (this.silent) return;
    const decoder = decoding.createDecoder(frame);
    switch (decoding.readVarUint(decoder)) {
      case MESSAGE.sync: {
        const step = decoding.readVarUint(decoder);
        const payload = decoding.readVarUint8Array(decoder);
        if (step === SYNC_STEP.step1)
          socket.send(syncFrame(SYNC_STEP.step2, Y.encodeStateAsUpdate(this.doc, payload)));
        else this.#receivedEdit(socket, payload);
        break;
      }
      case MESSAGE.awareness: {
        this.awarenessFrames++;
        const update = decoding.readVarUint8Array(decoder);
        applyAwarenessUpdate(this.#awareness, update, socket);
        const inner = decoding.createDecoder(update);
        if (decoding.readVarUint(inner) > 0)
          this.#sockets.get(socket)?.clientIds.add(decoding.readVarUint(inner));
        for (const other of this.#sockets.keys()) if (other !== socket) other.send(frame);
        break;
      }
      case MESSAGE.queryAwareness:
        socket.send(this.#awarenessOf([...this.#awareness.getStates().keys()]));
        break;
    }
  }

  #receivedEdit(socket: WebSocket, update: Uint8Array): void {
    const state = this.#sockets.get(socket);
    if (!state) return;
    state.frames++;
    const { structs, ds } = Y.decodeUpdate(update);
    const empty = structs.length === 0 && ds.clients.size === 0;
    if (this.refuseNext && !empty) {
      const code = this.refuseNext;
      this.refuseNext = undefined;
      socket.send(encodeRefused({ frame: state.frames, code, detail: 'The test refuses this', issues: [] }));
      if (this.acknowledges) socket.send(encodeSaved(state.frames));
      return;
    }
    Y.applyUpdate(this.doc, update, socket);
    if (!empty) {
      this.updates.push(update);
      for (const other of this.#sockets.keys())
        if (other !== socket) other.send(syncFrame(SYNC_STEP.update, update));
    }
    if (this.acknowledges) socket.send(encodeSaved(state.frames));
  }

  #awarenessOf(clients: number[]): Uint8Array {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, MESSAGE.awareness);
    encoding.writeVarUint8Array(encoder, encodeAwarenessUpdate(this.#awareness, clients));
    return encoding.toUint8Array(encoder);
  }
}

function syncFrame(step: number, payload: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, MESSAGE.sync);
  encoding.writeVarUint(encoder, step);
  encoding.writeVarUint8Array(encoder, payload);
  return encoding.toUint8Array(encoder);
}
