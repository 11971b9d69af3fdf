import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { Arrival, isReceiving } from './arrival.js';
import { BacklogAge } from './backlog-age.js';
import { Heartbeat } from './heartbeat.js';
import { LifeProbe } from './life-probe.js';
import { Pongs } from './pongs.js';
import { sendingOf } from './sending.js';

export interface LineOptions {
  readonly webSocket: WebSocket;
  /** Below the WebSocket. */
  readonly socket: Socket;
  /** Whether what comes is read at present. */
  readonly isRead: () => boolean;
  /** A ping or a pong of so many bytes has come. */
  readonly controlled: (bytes: number) => void;
  /** Writes something that means nothing. */
  readonly saySomething: () => void;
  /** The connection is about to be cut for those who asked whether it lives. */
  readonly dead: () => void;
}

/** Begins the pings whose answers tell how long what is sent is on its way; their number follows. */
const PROBE = 'age ';

/** The line to one client: whether it lives, and how long what is sent over it takes. */
export class Line {
  readonly #options: LineOptions;
  readonly #heartbeat: Heartbeat;
  readonly #backlog: BacklogAge;
  readonly #arrival: Arrival;
  readonly #life: LifeProbe;

  constructor(options: LineOptions) {
    const { webSocket, socket, isRead } = options;
    this.#options = options;
    const ping = (): void => webSocket.ping();
    const sending = () => sendingOf(socket);
    this.#backlog = new BacklogAge({ probe: (number) => webSocket.ping(`${PROBE}${number}`) });
    this.#heartbeat = new Heartbeat({
      ping,
      sending,
      cut: () => webSocket.terminate(),
      saySomething: options.saySomething,
    });
    this.#arrival = new Arrival({
      isUnfinished: () => isReceiving(webSocket),
      isRead,
      bytes: () => socket.bytesRead,
      progress: () => this.#heard(),
      cut: () => webSocket.terminate(),
    });
    this.#life = new LifeProbe({
      ping,
      sending,
      isRead,
      cut: () => {
        options.dead();
        webSocket.terminate();
      },
    });
    const unsentBytes = (): number => socket.writableLength;
    const pongs = new Pongs({ unsentBytes, pong: (data) => webSocket.pong(data) });
    webSocket.on('ping', (data) => {
      this.#controlled(data);
      pongs.pinged(data);
    });
    webSocket.on('pong', (data) => {
      this.#controlled(data);
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
    this.#arrival.finished();
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
    this.#life.ask(asker, cut);
  }

  /** Called at regular times: finds dead connections, and keeps quiet ones from being taken for dead. */
  checkAlive(): void {
    this.#heartbeat.beat();
  }

  /** Called at regular times, more often: finds messages that begin and never end. */
  checkArrival(): void {
    this.#arrival.check();
  }

  end(): void {
    this.#life.end();
  }

  #heard(): void {
    this.#heartbeat.heard();
    this.#life.heard();
  }

  #controlled(data: Buffer): void {
    this.#heard();
    this.#options.controlled(data.byteLength);
  }
}
