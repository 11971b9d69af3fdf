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
  /** The socket below the WebSocket. */
  readonly socket: Socket;
  /** Whether the socket is being read. */
  readonly isRead: () => boolean;
  /** A ping or a pong of this size has arrived. */
  readonly controlFrameReceived: (bytes: number) => void;
  /** Writes a frame without effect. */
  readonly sendKeepAlive: () => void;
  /** The liveness probe is about to terminate the connection. */
  readonly beforeCut: () => void;
}

/** Prefix of the pings that measure the backlog age; the number of the probe follows. */
const PROBE = 'age ';

/** Monitors a connection: whether it is alive, and how long data takes over it. */
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

  /** Whether arriving data was sent seconds ago. */
  get isBehind(): boolean {
    return this.#backlog.isOld;
  }

  /** How many milliseconds written data has not arrived; otherwise 0. */
  get lateMs(): number {
    return this.#backlog.lateMs;
  }

  /** A complete message has arrived. */
  received(): void {
    this.#heard();
    this.#stalledMessages.finished();
  }

  /** Bytes of a message that is being processed. */
  took(bytes: number): void {
    this.#backlog.took(bytes);
  }

  /** Bytes were written. */
  wrote(bytes: number): void {
    this.#heartbeat.wrote();
    this.#backlog.wrote(bytes);
  }

  /** Calls back when everything that was written so far has arrived. */
  onceArrived(callback: () => void): void {
    this.#backlog.onceArrived(callback);
  }

  /** Probes the connection, and calls back if it was dead and has been terminated. */
  cutIfDead(asker: object, cut: () => void): void {
    this.#liveness.ask(asker, cut);
  }

  /** Called periodically: terminates dead connections, and keeps quiet ones from being taken for dead. */
  checkAlive(): void {
    this.#heartbeat.beat();
  }

  /** Called periodically, more often: terminates connections with a stalled message. */
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
