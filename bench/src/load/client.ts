import * as encoding from 'lib0/encoding';
import { RawSocket } from './raw-socket.js';
import { pathOf, type Dialect, type Target } from './target.js';
import type { PoseWrites } from './pose-writes.js';
import { WriteScanner } from './write-scanner.js';
import type { Tally } from './tally.js';

const MESSAGE = { sync: 0, awareness: 1, auth: 2, saved: 100, refused: 101 } as const;
const STEP = { step1: 0, step2: 1, update: 2 } as const;

/** hocuspocus hangs up on clients that say nothing for 60 s; its own say this much. */
const KEEP_ALIVE_MS = 20_000;

const NOTHING_KNOWN = Uint8Array.of(0);
const NO_UPDATE = Uint8Array.of(0, 0);

export interface ClientOptions {
  readonly target: Target;
  readonly room: string;
  readonly tally: Tally;
  /** Index of the room's first writer and their number, for the last write that this client has seen of each. */
  readonly writers: readonly [first: number, count: number];
  /** What this client writes itself. */
  readonly writes?: PoseWrites | undefined;
  readonly writerIndex?: number | undefined;
  /** Whether its latencies count. Default true. */
  readonly timed?: boolean;
  /** Keeps the updates that it gets, to be applied to a document later: all of them, or those of the first sync. */
  readonly record?: 'all' | 'state';
  /** What it says that it has. Default: nothing. */
  readonly stateVector?: Uint8Array;
  /** Gets the awareness updates. */
  readonly onAwareness?: (bytes: Buffer, start: number, end: number) => void;
}

/** One client: it counts what it sees, and decodes nothing that it need not. */
export class Client {
  readonly socket: RawSocket;
  /** The first sync step 2 has come (for the bare relay: the connection is open). Rejects when the connection ends before. */
  readonly synced: Promise<void>;
  /** The last write seen of each writer of the room. */
  readonly last: Int32Array;
  readonly updates: Uint8Array[] = [];
  /** Bytes of the first sync: of the first step 2 and of the updates that came before it. */
  stateBytes = 0;
  readonly writerIndex: number | undefined;
  /** The number of this client's next write. */
  nextSeq = 0;
  /** Writes that are acknowledged. */
  savedSeq = 0;
  savedFrames = 0;
  refusals = 0;
  lastRefusal = '';
  readonly #options: ClientOptions;
  readonly #dialect: Dialect;
  readonly #name: Buffer;
  readonly #scanner = new WriteScanner();
  readonly #tally: Tally;
  /** Document frames that are not writes, by their number, and how many there were of both. */
  readonly #otherFrames: number[] = [];
  #frames = 0;
  readonly #keepAlive: NodeJS.Timeout | undefined;
  #isSynced: boolean;
  #gotState: () => void = () => undefined;

  constructor(options: ClientOptions) {
    const { target, room, writers } = options;
    this.#options = options;
    this.#tally = options.tally;
    this.#dialect = target.dialect;
    // The relay has no state to send.
    this.#isSynced = this.#dialect === 'relay';
    this.writerIndex = options.writerIndex;
    this.last = new Int32Array(writers[1]).fill(-1);
    this.#name = this.#dialect === 'hocuspocus' ? documentName(room) : Buffer.alloc(0);
    this.socket = new RawSocket({
      url: target.url,
      path: pathOf(target, room),
      protocol: target.isDiorama ? 'diorama.v1' : undefined,
      onMessage: (bytes, start, end) => this.#receive(bytes, start + this.#name.length, end),
    });
    const state = new Promise<void>((resolve) => (this.#gotState = resolve));
    this.synced = this.#start(state);
    this.synced.catch(() => undefined);
    if (this.#dialect === 'hocuspocus') {
      this.#keepAlive = setInterval(() => this.sendAwareness(Uint8Array.of(0)), KEEP_ALIVE_MS);
      void this.socket.closed.then(() => clearInterval(this.#keepAlive));
    }
  }

  /** The client's own writes as frames of the next numbers; note when each was meant to leave. */
  frameOfNextWrite(): Buffer {
    const { writes } = this.#options;
    if (writes === undefined) throw new Error('this client does not write');
    this.#frames++;
    return this.socket.frame(this.#message(MESSAGE.sync, STEP.update, writes.update(this.nextSeq++)));
  }

  sendUpdate(update: Uint8Array): void {
    this.#otherFrames.push(++this.#frames);
    this.socket.send(this.#message(MESSAGE.sync, STEP.update, update));
  }

  /** A ready frame of an awareness update. */
  awarenessFrame(update: Uint8Array): Buffer {
    return this.socket.frame(this.#message(MESSAGE.awareness, undefined, update));
  }

  sendAwareness(update: Uint8Array): void {
    if (this.socket.isOpen) this.socket.send(this.#message(MESSAGE.awareness, undefined, update));
  }

  /** Whether all document frames of this client are acknowledged. */
  get isSaved(): boolean {
    return this.savedFrames >= this.#frames;
  }

  async #start(state: Promise<void>): Promise<void> {
    await this.socket.opened;
    if (this.#dialect === 'relay') return;
    if (this.#dialect === 'hocuspocus') this.socket.send(this.#authentication());
    this.socket.send(this.#message(MESSAGE.sync, STEP.step1, this.#options.stateVector ?? NOTHING_KNOWN));
    const { closed } = this.socket;
    const gone = closed.then(() => {
      throw new Error(`closed with ${this.socket.closeCode} ${this.socket.closeReason} before the sync`);
    });
    await Promise.race([state, gone]);
  }

  #authentication(): Uint8Array {
    const encoder = encoding.createEncoder();
    encoding.writeUint8Array(encoder, this.#name);
    encoding.writeVarUint(encoder, MESSAGE.auth);
    encoding.writeVarUint(encoder, 0);
    encoding.writeVarString(encoder, 'token');
    return encoding.toUint8Array(encoder);
  }

  #message(type: number, step: number | undefined, content: Uint8Array): Uint8Array {
    const encoder = encoding.createEncoder();
    encoding.writeUint8Array(encoder, this.#name);
    encoding.writeVarUint(encoder, type);
    if (step !== undefined) encoding.writeVarUint(encoder, step);
    encoding.writeVarUint8Array(encoder, content);
    return encoding.toUint8Array(encoder);
  }

  #receive(bytes: Buffer, start: number, end: number): void {
    this.#tally.frames++;
    const type = bytes[start] as number;
    if (type === MESSAGE.sync) {
      const step = bytes[start + 1] as number;
      const at = afterLength(bytes, start + 2);
      if (step === STEP.step1) this.#answer();
      else if (this.#isSynced) this.#received(bytes, at, end);
      else this.#receivedState(bytes, at, end, step === STEP.step2);
    } else if (type === MESSAGE.awareness) {
      this.#options.onAwareness?.(bytes, afterLength(bytes, start + 1), end);
    } else if (type === MESSAGE.saved) {
      this.#saved(readVarUint(bytes, start + 1));
    } else if (type === MESSAGE.refused && this.#options.target.isDiorama) {
      this.refusals++;
      this.lastRefusal = bytes.toString('utf8', start + 2, end);
    }
  }

  #received(bytes: Buffer, start: number, end: number): void {
    if (this.#options.record === 'all') this.updates.push(Uint8Array.prototype.slice.call(bytes, start, end));
    const [first, count] = this.#options.writers;
    const { last } = this;
    const tally = this.#tally;
    const timed = this.#options.timed !== false && tally.isTiming;
    const now = performance.now();
    this.#scanner.scan(bytes, start, end, (writer, seq) => {
      const at = writer - first;
      if (at < 0 || at >= count || writer === this.writerIndex) return;
      const before = last[at] as number;
      if (seq <= before) return;
      last[at] = seq;
      tally.delivered++;
      tally.covered += seq - before;
      if (timed) tally.arrived(writer, seq, now);
    });
  }

  /** The state may come in several updates, of which a step 2 is the last. */
  #receivedState(bytes: Buffer, start: number, end: number, isLast: boolean): void {
    this.stateBytes += end - start;
    if (this.#options.record !== undefined)
      this.updates.push(Uint8Array.prototype.slice.call(bytes, start, end));
    if (!isLast) return;
    this.#isSynced = true;
    this.#gotState();
  }

  #answer(): void {
    this.#otherFrames.push(++this.#frames);
    this.socket.send(this.#message(MESSAGE.sync, STEP.step2, NO_UPDATE));
  }

  #saved(frames: number): void {
    this.savedFrames = frames;
    const saved = frames - this.#otherFrames.filter((number) => number <= frames).length;
    const now = performance.now();
    if (this.writerIndex !== undefined)
      for (; this.savedSeq < saved; this.savedSeq++)
        this.#tally.acknowledged(this.writerIndex, this.savedSeq, now);
    this.savedSeq = saved;
  }
}

function documentName(room: string): Buffer {
  const encoder = encoding.createEncoder();
  encoding.writeVarString(encoder, room);
  return Buffer.from(encoding.toUint8Array(encoder));
}

/** Where the content begins whose length stands at `at`. */
function afterLength(bytes: Buffer, at: number): number {
  let next = at;
  while ((bytes[next] as number) > 127) next++;
  return next + 1;
}

function readVarUint(bytes: Buffer, at: number): number {
  let value = 0;
  let factor = 1;
  for (let next = at; ; next++) {
    const byte = bytes[next] as number;
    value += (byte & 127) * factor;
    if (byte < 128) return value;
    factor *= 128;
  }
}
