import { DioramaError, type ErrorCode, type Refused, type TokenRequest } from '@diorama/shared';
import type { Socket } from 'node:net';
import type { RawData, WebSocket } from 'ws';
import type { Principal } from '../../access/principal.js';
import type { Logger } from '../../observability/logger.js';
import type { FullState } from '../document/full-state.js';
import { presenceFrame } from '../frames/server-frames.js';
import { ConnectionHealth } from './connection-health.js';
import type { RealtimeMetrics } from '../realtime-metrics.js';
import type { RoomClient } from '../room-client.js';
import type { Room } from '../room.js';
import type { ConnectionLimits } from '../checks/connection-budget.js';
import { protocolEncoderFor, type ProtocolEncoder } from './protocol-encoder.js';
import { PendingConnection } from './pending-connection.js';
import { ReadControl } from './read-control.js';
import { ClientSession } from './client-session.js';

export interface ConnectionOptions {
  readonly webSocket: WebSocket;
  /** The underlying socket. Ready-made frames are written to it directly. */
  readonly socket: Socket;
  readonly sceneId: string;
  readonly maxFrameBytes: number;
  readonly limits: ConnectionLimits;
  readonly logger: Logger;
  readonly metrics: RealtimeMetrics;
  /** Called once, when the connection has ended for any reason. */
  readonly onClosed: () => void;
}

type State =
  /**
   * The client is being authenticated and the scene loaded. Frames wait in order: the first one here, the rest in the
   * network.
   */
  | { readonly kind: 'opening'; readonly pending: PendingConnection }
  | { readonly kind: 'open'; readonly session: ClientSession }
  /** Closing or closed: further input is ignored. */
  | { readonly kind: 'closed'; readonly session: ClientSession | undefined };

/** A client that does not answer the closing handshake within this time is cut off. */
const CLOSE_TIMEOUT_MS = 10_000;

/** An awareness update with no clients. y-websocket's clients disconnect when they have heard nothing for 30 s. */
const KEEP_ALIVE = presenceFrame(new Uint8Array([0]));

/** One client's WebSocket. */
export class Connection implements RoomClient {
  readonly #options: ConnectionOptions;
  readonly #webSocket: WebSocket;
  readonly #encoder: ProtocolEncoder;
  readonly #health: ConnectionHealth;
  readonly #readControl: ReadControl;
  #state: State = { kind: 'opening', pending: new PendingConnection() };
  #cut: NodeJS.Timeout | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#webSocket = options.webSocket;
    this.#readControl = new ReadControl(options.webSocket);
    this.#encoder = protocolEncoderFor(options.webSocket.protocol);
    this.#webSocket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    this.#webSocket.on('error', (error) => {
      options.logger.debug({ err: error }, 'connection failed');
      // Oversized or malformed WebSocket frame: `ws` itself answers with the right close code.
      this.#ending();
    });
    // Everything is written, such as the answer to a close frame. The peer may keep its end open indefinitely.
    options.socket.once('finish', () => this.#ending());
    this.#webSocket.on('close', (code) => this.#closed(code));
    this.#health = new ConnectionHealth({
      webSocket: options.webSocket,
      socket: options.socket,
      isRead: () => !this.#readControl.isPaused,
      controlFrameReceived: (bytes) => {
        if (this.#state.kind === 'open') this.#state.session.controlFrameReceived(bytes);
      },
      sendKeepAlive: () => {
        if (this.#state.kind === 'open') this.write(KEEP_ALIVE);
      },
      beforeCut: () => this.#leave(),
    });
    options.metrics.connectionOpened();
  }

  /** Whether the client speaks `diorama.v1`. */
  get speaksDiorama(): boolean {
    return this.#encoder.isDiorama;
  }

  get principal(): Principal {
    const session = this.#state.kind === 'opening' ? undefined : this.#state.session;
    if (session === undefined) throw new Error('The connection is not open');
    return session.principal;
  }

  get isBehind(): boolean {
    return this.#health.isBehind;
  }

  get lateMs(): number {
    return this.#health.lateMs;
  }

  get unsentBytes(): number {
    return this.#options.socket.writableLength;
  }

  /**
   * The stored state of the scene is available before the room is open: a client that has nothing may be sent it at
   * once.
   */
  preview(principal: Principal, stored: FullState): void {
    if (this.#state.kind !== 'opening') return;
    this.#state.pending.offer(principal, stored);
    this.#sendPreview(this.#state.pending);
  }

  /**
   * Lets the client into the room. `renew` takes the tokens that it sends later. Returns whether the connection is
   * still open.
   */
  open(room: Room, principal: Principal, renew: (token: string) => void): boolean {
    if (this.#state.kind !== 'opening' || this.#webSocket.readyState !== this.#webSocket.OPEN) return false;
    const { pending } = this.#state;
    this.#state = { kind: 'open', session: this.#session(room, principal, renew) };
    const { preview, waiting } = pending;
    if (preview?.principal.role !== principal.role) this.#welcome(principal);
    room.join(this);
    if (preview !== undefined) room.catchUp.afterStored(this, preview.mark);
    for (const { data, isBinary } of waiting) this.#receive(data, isBinary);
    this.#readControl.resume('opening');
    return true;
  }

  /** Changes the principal. Another `welcome` tells the client its new role. */
  changePrincipal(principal: Principal): void {
    if (this.#state.kind !== 'open') return;
    this.#state.session.principal = principal;
    this.#welcome(principal);
  }

  askForToken(request: TokenRequest): void {
    if (this.#state.kind === 'open') this.#tell(this.#encoder.tokenRequest(request));
  }

  /** Refuses all further writes with this reason. */
  suspendWrites(reason: DioramaError): void {
    if (this.#state.kind === 'open') this.#state.session.suspendWrites(reason);
  }

  /** Accepts writes again, and asks for those that were refused meanwhile. */
  resumeWrites(): void {
    if (this.#state.kind === 'open') this.#state.session.resumeWrites();
  }

  write(...frames: readonly Buffer[]): void {
    if (this.#webSocket.readyState !== this.#webSocket.OPEN) return;
    const { socket, metrics } = this.#options;
    if (frames.length > 1) socket.cork();
    let bytes = 0;
    for (const frame of frames) {
      bytes += frame.byteLength;
      socket.write(frame);
    }
    if (frames.length > 1) socket.uncork();
    metrics.sent(bytes);
    this.#health.wrote(bytes);
  }

  onceCaughtUp(callback: () => void): void {
    this.#health.onceArrived(callback);
  }

  savedFrame(frames: number): Buffer | undefined {
    return this.#encoder.saved(frames);
  }

  refusedFrame(refused: Refused): Buffer {
    return this.#encoder.refused(refused);
  }

  /** Closes with the close code of the error catalogue, and the error code as the reason. */
  close(code: ErrorCode, detail?: string): void {
    if (this.#state.kind === 'closed') return;
    this.#leave();
    this.#options.logger.debug({ code, detail }, 'closing a connection');
    // A paused socket would never read the answer to the closing handshake.
    this.#webSocket.resume();
    this.#webSocket.close(new DioramaError(code).closeCode, code);
    this.#cutLater();
  }

  /**
   * Calls back when the WebSocket is closed; at once if it already is, since clients may leave while they are let in.
   */
  onceClosed(callback: () => void): void {
    if (this.#webSocket.readyState === this.#webSocket.CLOSED) callback();
    else this.#webSocket.once('close', callback);
  }

  /** Tells a `diorama.v1` client when to reconnect. Returns whether the client understands it. */
  announceDraining(retryAfterMs: number): boolean {
    return this.#tell(this.#encoder.draining({ retry_after_ms: retryAfterMs }));
  }

  /** Stops reading for good: further data waits in the network. */
  pause(): void {
    this.#readControl.pause('draining');
  }

  cutIfDead(asker: object, cut: () => void): void {
    if (this.#state.kind === 'open') this.#health.cutIfDead(asker, cut);
  }

  pauseReading(): void {
    this.#readControl.pause('room');
  }

  resumeReading(): void {
    this.#readControl.resume('room');
  }

  /** Called periodically: terminates dead connections, and keeps quiet ones from being taken for dead. */
  checkAlive(): void {
    this.#health.checkAlive();
  }

  /** Called periodically, more often: terminates connections with a stalled message. */
  checkStalledMessage(): void {
    this.#health.checkStalledMessage();
  }

  #session(room: Room, principal: Principal, renew: (token: string) => void): ClientSession {
    return new ClientSession({
      client: this,
      room,
      principal,
      renew: this.speaksDiorama ? renew : undefined,
      limits: this.#options.limits,
      readControl: this.#readControl,
      logger: this.#options.logger,
    });
  }

  #welcome(principal: Principal): void {
    const { sceneId, maxFrameBytes } = this.#options;
    const { subject, name, role } = principal;
    const welcome = { scene_id: sceneId, principal: subject, name, role, max_frame_bytes: maxFrameBytes };
    this.#tell(this.#encoder.welcome(welcome));
  }

  /** Writes a frame if the client's protocol has it. Returns whether it does. */
  #tell(ready: Buffer | undefined): boolean {
    if (ready === undefined) return false;
    this.write(ready);
    return true;
  }

  #sendPreview(pending: PendingConnection): void {
    const preview = pending.takePreview();
    if (preview === undefined) return;
    this.#welcome(preview.principal);
    this.write(...preview.frames);
  }

  #receive(data: RawData, isBinary: boolean): void {
    const bytes = data as Buffer;
    this.#health.received();
    if (this.#state.kind === 'opening') {
      const { pending } = this.#state;
      pending.received({ data: bytes, isBinary });
      this.#readControl.pause('opening');
      this.#sendPreview(pending);
      return;
    }
    if (this.#state.kind !== 'open') return;
    this.#options.metrics.received(bytes.byteLength);
    this.#health.took(bytes.byteLength);
    this.#state.session.receive(bytes, isBinary);
  }

  /** Ignores further input, and terminates the connection after a timeout. */
  #ending(): void {
    this.#leave();
    this.#cutLater();
  }

  #cutLater(): void {
    this.#cut ??= setTimeout(() => this.#webSocket.terminate(), CLOSE_TIMEOUT_MS).unref();
  }

  #leave(): void {
    this.#health.end();
    const session = this.#state.kind === 'opening' ? undefined : this.#state.session;
    if (this.#state.kind !== 'closed') this.#state = { kind: 'closed', session };
    session?.end();
  }

  #closed(code: number): void {
    clearTimeout(this.#cut);
    this.#leave();
    this.#options.metrics.connectionClosed(code);
    this.#options.onClosed();
  }
}
