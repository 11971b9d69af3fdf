import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { StalledMessageDetector, isReceiving } from './stalled-message-detector.js';
import { BacklogAge } from './backlog-age.js';
import { Heartbeat } from './heartbeat.js';
import { LivenessProbe } from './liveness-probe.js';
import { PingResponder } from './ping-responder.js';
import { sendProgressOf } from './send-progress.js';

export interface ConnectionHealthOptions {
  readonly webSocket: WebSocket;
  /** Below the WebSocket. */
  readonly socket: Socket;
  /** Whether what comes is read at present. */
  readonly isRead: () => boolean;
  /** A ping or a pong of so many bytes has come. */
  readonly controlFrameReceived: (bytes: number) => void;
  /** Writes something that means nothing. */
  readonly sendKeepAlive: () => void;
  /** The connection is about to be cut for those who asked whether it lives. */
  readonly beforeCut: () => void;
}

/** Begins the pings whose answers tell how long what is sent is on its way; their number follows. */
const PROBE = 'age ';

/** The line to one client: whether it lives, and how long what is sent over it takes. */
export class ConnectionHealth {
  readonly #options: ConnectionHealthOptions;
  readonly #heartbeat: Heartbeat;
  readonly #backlog: BacklogAge;
  readonly #stalledMessages: StalledMessageDetector;
  readonly #liveness: LivenessProbe;

  constructor(options: ConnectionHealthOptions) {
    const { webSocket, socket, isRead } = options;
    this.#options = options;
    const ping = (): void => webSocket.ping();
    const sendProgress = () => sendProgressOf(socket);
    this.#backlog = new BacklogAge({ probe: (number) => webSocket.ping(`${PROBE}${number}`) });
    this.#heartbeat = new Heartbeat({
      ping,
      sendProgress,
      cut: () => webSocket.terminate(),
      sendKeepAlive: options.sendKeepAlive,
    });
    this.#stalledMessages = new StalledMessageDetector({
      isUnfinished: () => isReceiving(webSocket),
      isRead,
      bytes: () => socket.bytesRead,
      progress: () => this.#heard(),
      cut: () => webSocket.terminate(),
    });
    this.#liveness = new LivenessProbe({
      ping,
      sendProgress,
      isRead,
      cut: () => {
        options.beforeCut();
        webSocket.terminate();
      },
    });
    const unsentBytes = (): number => socket.writableLength;
    const pingResponder = new PingResponder({ unsentBytes, pong: (data) => webSocket.pong(data) });
    webSocket.on('ping', (data) => {
      this.#controlFrame(data);
      pingResponder.pinged(data);
    });
    webSocket.on('pong', (data) => {
      this.#controlFrame(data);
      const answer = data.toString('latin1');
      if (answer.startsWith(PROBE)) this.#backlog.answered(Number(answer.slice(PROBE.length)));
    });
  }

  /** Whether what comes was sent seconds ago. */
  get isBehind(): boolean {
    return this.#backlog.isOld;
  }

  /** Milliseconds for which something that was written has not arrived; otherwise 0. */
  get lateMs(): number {
    return this.#backlog.lateMs;
  }

  /** A message has come whole. */
  received(): void {
    this.#heard();
    this.#stalledMessages.finished();
  }

  /** So much of what has come counts. */
  took(bytes: number): void {
    this.#backlog.took(bytes);
  }

  /** So much was written. */
  wrote(bytes: number): void {
    this.#heartbeat.wrote();
    this.#backlog.wrote(bytes);
  }

  /** Calls back once all that was written so far has arrived. */
  onceArrived(callback: () => void): void {
    this.#backlog.onceArrived(callback);
  }

  /** Finds out at once whether the line is dead, and calls back once it has been cut, if it was. */
  cutIfDead(asker: object, cut: () => void): void {
    this.#liveness.ask(asker, cut);
  }

  /** Called at regular times: finds dead connections, and keeps quiet ones from being taken for dead. */
  checkAlive(): void {
    this.#heartbeat.beat();
  }

  /** Called at regular times, more often: finds messages that begin and never end. */
  checkStalledMessage(): void {
    this.#stalledMessages.check();
  }

  end(): void {
    this.#liveness.end();
  }

  #heard(): void {
    this.#heartbeat.heard();
    this.#liveness.heard();
  }

  #controlFrame(data: Buffer): void {
    this.#heard();
    this.#options.controlFrameReceived(data.byteLength);
  }
}
