import {
  DioramaError,
  encodeDraining,
  encodeRefused,
  encodeSaved,
  encodeTokenRequest,
  encodeWelcome,
  SUBPROTOCOL,
  type ErrorCode,
  type Refused,
  type TokenRequest,
} from '@diorama/shared';
import type { Socket } from 'node:net';
import type { RawData, WebSocket } from 'ws';
import type { Principal } from '../../access/principal.js';
import { ConnectionBudget, type ConnectionLimits } from '../checks/connection-budget.js';
import type { Logger } from '../../observability/logger.js';
import { badFrame, parseClientFrame, type ClientFrame } from '../frames/client-frame.js';
import { frame } from '../frames/framing.js';
import type { FullState } from '../document/full-state.js';
import { Line } from './line.js';
import { PacedAnswer } from './paced-answer.js';
import { Preview } from './preview.js';
import { Reading } from './reading.js';
import type { RealtimeMetrics } from '../realtime-metrics.js';
import type { Room } from '../room.js';
import type { RoomClient } from '../room-client.js';
import { permissionDeniedFrame, presenceFrame } from '../frames/server-frames.js';

export interface ConnectionOptions {
  readonly webSocket: WebSocket;
  /** The socket below it: ready-made frames are written to it directly. */
  readonly socket: Socket;
  readonly sceneId: string;
  readonly maxFrameBytes: number;
  readonly limits: ConnectionLimits;
  readonly logger: Logger;
  readonly metrics: RealtimeMetrics;
  /** Called once, when the connection has ended for whatever reason. */
  readonly onClosed: () => void;
}

type State =
  /** Who it is and what the scene holds is being found out. Frames wait, in order: the first one here, the rest in the network. */
  | { readonly kind: 'opening'; readonly received: Received[]; preview: Preview | undefined }
  | {
      readonly kind: 'open';
      readonly room: Room;
      readonly principal: Principal;
      /** Takes another token that the client sends. */
      readonly renew: (token: string) => void;
    }
  /** Closing or closed: nothing that still arrives counts. */
  | { readonly kind: 'closed' };

interface Received {
  readonly data: Buffer;
  readonly isBinary: boolean;
}

type OpenState = Extract<State, { kind: 'open' }>;

/** Whoever does not answer the closing handshake is cut off. */
const CLOSE_TIMEOUT_MS = 10_000;

/** An awareness update of nobody. y-websocket's clients hang up when they have heard nothing for 30 s. */
const KEEP_ALIVE = presenceFrame(new Uint8Array([0]));

/** One client's WebSocket. */
export class Connection implements RoomClient {
  readonly #options: ConnectionOptions;
  readonly #webSocket: WebSocket;
  /** Whether the client understands more than y-websocket. */
  readonly speaksDiorama: boolean;
  #state: State = { kind: 'opening', received: [], preview: undefined };
  /** Sync step 2 and update frames so far; acknowledgements count them. */
  #documentFrames = 0;
  readonly #line: Line;
  /** Why nothing is written for now. */
  #suspension: DioramaError | undefined;
  #refusedWhileSuspended = false;
  readonly #budget: ConnectionBudget;
  readonly #reading: Reading;
  readonly #stateVectors: PacedAnswer<Uint8Array>;
  readonly #presenceQueries: PacedAnswer<void>;
  /** Also of one that has just ended: what it sent last is still to be judged. */
  #principal: Principal | undefined;
  #cut: NodeJS.Timeout | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#webSocket = options.webSocket;
    this.#reading = new Reading(options.webSocket);
    this.speaksDiorama = options.webSocket.protocol === SUBPROTOCOL;
    this.#webSocket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    this.#webSocket.on('error', (error) => {
      options.logger.debug({ err: error }, 'connection failed');
      // Oversized and malformed WebSocket frames: ws answers with the right close code itself.
      this.#ending();
    });
    // The last word is out, such as the answer to a farewell: the other side may keep its end open for as long as it likes.
    options.socket.once('finish', () => this.#ending());
    this.#webSocket.on('close', (code) => this.#closed(code));
    this.#line = new Line({
      webSocket: options.webSocket,
      socket: options.socket,
      isRead: () => !this.#reading.isStopped,
      controlled: (bytes) => {
        if (this.#state.kind === 'open') this.#budget.takeControl(bytes);
      },
      saySomething: () => {
        if (this.#state.kind === 'open') this.write(KEEP_ALIVE);
      },
      dead: () => this.#leave(),
    });
    const unsentBytes = (): number => this.unsentBytes;
    this.#stateVectors = new PacedAnswer({
      unsentBytes,
      answer: (stateVector) => this.#inRoom((room) => room.sync(this, stateVector)),
    });
    this.#presenceQueries = new PacedAnswer({
      unsentBytes,
      answer: () => this.#inRoom((room) => room.sendPresence(this)),
    });
    this.#budget = new ConnectionBudget({
      limits: options.limits,
      stop: () => this.#reading.stop('budget'),
      goOn: () => this.#reading.goOn('budget'),
      exceeded: () =>
        this.close('too_many_requests', 'More was sent for too long than a connection may send'),
      receivePresence: (update) => this.#inRoom((room) => room.receivePresence(this, update)),
    });
    options.metrics.connectionOpened();
  }

  get principal(): Principal {
    const principal = this.#state.kind === 'open' ? this.#state.principal : this.#principal;
    if (principal === undefined) throw new Error('The connection is not open');
    return principal;
  }

  get isBehind(): boolean {
    return this.#line.isBehind;
  }

  get lateMs(): number {
    return this.#line.lateMs;
  }

  get unsentBytes(): number {
    return this.#options.socket.writableLength;
  }

  /** The scene's stored state is there, but the room is not open yet: a client that has nothing need not wait for that. */
  preview(principal: Principal, stored: FullState): void {
    if (this.#state.kind !== 'opening') return;
    this.#state.preview = new Preview(principal, stored);
    this.#sendPreview();
  }

  /** Lets the client into the room; `renew` takes the tokens that it sends later. Returns whether it is still there. */
  open(room: Room, principal: Principal, renew: (token: string) => void): boolean {
    if (this.#state.kind !== 'opening' || this.#webSocket.readyState !== this.#webSocket.OPEN) return false;
    const { received, preview } = this.#state;
    this.#state = { kind: 'open', room, principal, renew };
    if (preview?.sentAt === undefined) {
      if (this.speaksDiorama) this.#welcome(principal);
      room.join(this);
    } else {
      if (this.speaksDiorama && preview.principal.role !== principal.role) this.#welcome(principal);
      room.join(this);
      room.syncAfterStored(this, preview.sentAt);
      received.shift();
    }
    for (const { data, isBinary } of received) this.#receive(data, isBinary);
    this.#reading.goOn('opening');
    return true;
  }

  /** The client goes on as `principal`: what its role allows from now on is told by another `welcome`. */
  become(principal: Principal): void {
    if (this.#state.kind !== 'open') return;
    this.#state = { ...this.#state, principal };
    if (this.speaksDiorama) this.#welcome(principal);
  }

  askForToken(request: TokenRequest): void {
    if (this.#state.kind === 'open') this.write(frame(encodeTokenRequest(request)));
  }

  /** Refuses what the client writes from now on, for this reason. */
  suspendWrites(reason: DioramaError): void {
    this.#suspension = reason;
  }

  /** Takes what the client writes again, and asks for what was refused meanwhile. */
  resumeWrites(): void {
    this.#suspension = undefined;
    if (this.#refusedWhileSuspended && this.#state.kind === 'open') this.#state.room.ask(this);
    this.#refusedWhileSuspended = false;
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
    this.#line.wrote(bytes);
  }

  onceCaughtUp(callback: () => void): void {
    this.#line.onceArrived(callback);
  }

  savedFrame(frames: number): Buffer | undefined {
    return this.speaksDiorama ? frame(encodeSaved(frames)) : undefined;
  }

  refusedFrame(refused: Refused): Buffer {
    return this.speaksDiorama
      ? frame(encodeRefused(refused))
      : permissionDeniedFrame(`${refused.code}: ${refused.detail}`);
  }

  /** Closes with the catalogue's close code, and its code as the reason. */
  close(code: ErrorCode, detail?: string): void {
    if (this.#state.kind === 'closed') return;
    this.#leave();
    this.#options.logger.debug({ code, detail }, 'closing a connection');
    // Paused, it would never see the answer to the closing handshake.
    this.#webSocket.resume();
    this.#webSocket.close(new DioramaError(code).closeCode, code);
    this.#cutLater();
  }

  /** Calls back once the WebSocket is closed: at once where it is already, as that of a client that left while it was let in. */
  whenGone(callback: () => void): void {
    if (this.#webSocket.readyState === this.#webSocket.CLOSED) callback();
    else this.#webSocket.once('close', callback);
  }

  /** Says when to come back, to clients that understand it. Returns whether this one does. */
  announceDraining(retryAfterMs: number): boolean {
    if (!this.speaksDiorama) return false;
    this.write(frame(encodeDraining({ retry_after_ms: retryAfterMs })));
    return true;
  }

  /** Stops reading for good: what the client sends from now on waits in the network. */
  pause(): void {
    this.#reading.stop('draining');
  }

  cutIfDead(asker: object, cut: () => void): void {
    if (this.#state.kind === 'open') this.#line.cutIfDead(asker, cut);
  }

  holdReading(): void {
    this.#reading.stop('room');
  }

  goOnReading(): void {
    this.#reading.goOn('room');
  }

  /** Called at regular times: finds dead connections, and keeps quiet ones from being taken for dead. */
  checkAlive(): void {
    this.#line.checkAlive();
  }

  /** Called at regular times, more often: finds messages that begin and never end. */
  checkArrival(): void {
    this.#line.checkArrival();
  }

  #welcome(principal: Principal): void {
    const { sceneId, maxFrameBytes } = this.#options;
    const { subject, name, role } = principal;
    const welcome = { scene_id: sceneId, principal: subject, name, role, max_frame_bytes: maxFrameBytes };
    this.write(frame(encodeWelcome(welcome)));
  }

  #sendPreview(): void {
    if (this.#state.kind !== 'opening') return;
    const { preview, received } = this.#state;
    const first = received[0];
    const frames = first?.isBinary === true ? preview?.framesFor(first.data) : undefined;
    if (preview === undefined || frames === undefined) return;
    if (this.speaksDiorama) this.#welcome(preview.principal);
    this.write(...frames);
  }

  #receive(data: RawData, isBinary: boolean): void {
    const bytes = data as Buffer;
    this.#line.received();
    if (this.#state.kind === 'opening') {
      this.#state.received.push({ data: bytes, isBinary });
      this.#reading.stop('opening');
      this.#sendPreview();
      return;
    }
    const state = this.#state;
    if (state.kind !== 'open') return;
    this.#options.metrics.received(bytes.byteLength);
    this.#line.took(bytes.byteLength);
    state.room.received(this, bytes.byteLength);
    try {
      if (!isBinary) throw badFrame('Text frames are not of the protocol');
      const message = parseClientFrame(bytes);
      if (this.#budget.take(message, bytes.byteLength)) this.#handle(state, message);
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Does what had been put off, if the client is still there. */
  #inRoom(act: (room: Room) => void): void {
    if (this.#state.kind !== 'open') return;
    try {
      act(this.#state.room);
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    if (error instanceof DioramaError) {
      this.close(error.code, error.message);
    } else {
      this.#options.logger.error({ err: error }, 'a frame could not be handled');
      this.close('internal');
    }
  }

  #handle({ room, renew }: OpenState, message: ClientFrame): void {
    switch (message.kind) {
      case 'state-vector':
        this.#stateVectors.ask(message.stateVector);
        return;
      case 'document':
        this.#receiveUpdate(room, ++this.#documentFrames, message.update);
        return;
      case 'presence':
        room.receivePresence(this, message.update);
        return;
      case 'presence-query':
        this.#presenceQueries.ask();
        return;
      case 'token':
        if (!this.speaksDiorama) throw badFrame('A token is a message of diorama.v1');
        renew(message.token);
    }
  }

  #receiveUpdate(room: Room, number: number, update: Uint8Array): void {
    if (this.#suspension === undefined) {
      room.receiveUpdate(this, number, update);
      return;
    }
    this.#refusedWhileSuspended = true;
    room.refuse(this, number, this.#suspension);
  }

  /** Nothing that still arrives counts, and nobody waits for long. */
  #ending(): void {
    this.#leave();
    this.#cutLater();
  }

  #cutLater(): void {
    this.#cut ??= setTimeout(() => this.#webSocket.terminate(), CLOSE_TIMEOUT_MS).unref();
  }

  #leave(): void {
    this.#budget.end();
    this.#line.end();
    this.#stateVectors.end();
    this.#presenceQueries.end();
    const state = this.#state;
    if (state.kind === 'open') this.#principal = state.principal;
    this.#state = { kind: 'closed' };
    if (state.kind === 'open') state.room.leave(this);
  }

  #closed(code: number): void {
    clearTimeout(this.#cut);
    this.#leave();
    this.#options.metrics.connectionClosed(code);
    this.#options.onClosed();
  }
}
