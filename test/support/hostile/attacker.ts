import { SUBPROTOCOL } from '@diorama/shared';
import type { Socket } from 'node:net';
import WebSocket from 'ws';
import type { Random } from '../random.js';
import type { HostileFrame, HostileFrames } from './hostile-frames.js';

/** Frames that are sent before the attacker looks whether it is still connected. */
const MOST_AT_ONCE = 6;
/** What never ends takes the attacker's own pings and its farewell for more of itself: then it hangs up. */
const PATIENCE_MS = 5_000;

export interface AttackerOptions {
  readonly url: string;
  readonly sceneId: string;
  readonly token: string;
  readonly random: Random;
  readonly frames: HostileFrames;
  /** Called with the frames that the server has taken, of which the last may have closed the connection. */
  readonly taken: (frames: readonly HostileFrame[]) => void;
  readonly closed: (code: number, last: readonly HostileFrame[]) => void;
}

/** A client that means harm: it connects again whenever it is thrown out. */
export class Attacker {
  readonly #options: AttackerOptions;

  constructor(options: AttackerOptions) {
    this.#options = options;
  }

  /** Sends until `isEnough`. */
  async run(isEnough: () => boolean): Promise<void> {
    while (!isEnough()) await this.#connection(isEnough);
  }

  async #connection(isEnough: () => boolean): Promise<void> {
    const { url, sceneId, token, random } = this.#options;
    const webSocket = new WebSocket(
      `${url.replace('http', 'ws')}/v1/sync/${sceneId}?token=${token}`,
      random.int(2) === 0 ? [] : [SUBPROTOCOL],
      { perMessageDeflate: false, skipUTF8Validation: true },
    );
    let sending: readonly HostileFrame[] = [];
    let wake = (): void => undefined;
    const closed = new Promise<void>((resolve) =>
      webSocket.on('close', (code) => {
        this.#options.closed(code, sending);
        // Which of them it was cannot be told: one at least was taken.
        if (sending.length > 0) this.#options.taken(sending.slice(0, 1));
        resolve();
        wake();
      }),
    );
    // What fails also closes.
    webSocket.on('error', () => undefined);
    await Promise.race([new Promise((resolve) => webSocket.once('open', resolve)), closed]);
    webSocket.on('pong', () => wake());
    for (let left = 5 + random.int(60); left > 0 && isOpen(webSocket) && !isEnough(); left--) {
      sending = Array.from({ length: 1 + random.int(MOST_AT_ONCE) }, () => this.#options.frames.next());
      const answered = new Promise<void>((resolve) => (wake = resolve));
      for (const frame of sending) send(webSocket, frame);
      webSocket.ping();
      await within(answered, () => webSocket.terminate());
      if (!isOpen(webSocket)) break;
      this.#options.taken(sending);
      sending = [];
    }
    if (random.int(3) === 0) webSocket.terminate();
    else webSocket.close();
    await within(closed, () => webSocket.terminate());
    await closed;
  }
}

/** Waits no longer than an attacker has patience. */
async function within(happened: Promise<void>, giveUp: () => void): Promise<void> {
  const timer = setTimeout(giveUp, PATIENCE_MS);
  await happened;
  clearTimeout(timer);
}

const isOpen = (webSocket: WebSocket): boolean => webSocket.readyState === WebSocket.OPEN;

function send(webSocket: WebSocket, { bytes, as }: HostileFrame): void {
  if (as === 'raw') (webSocket as unknown as { _socket: Socket })._socket.write(bytes);
  else webSocket.send(bytes, { binary: as === 'binary' }, () => undefined);
}
