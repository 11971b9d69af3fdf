import { connect, type Socket } from 'node:net';
import { FrameReader, maskedFrame, type OnFrame } from './frame-reader.js';

const OPCODE = { binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** The handshake and the first frames of any of the servers are shorter. */
const GREETING_BYTES = 4_096;

/** All sockets read into the same memory: what they read is dealt with before the next one reads. */
const READ_BUFFER = Buffer.allocUnsafe(256 * 1024);

export interface RawSocketOptions {
  readonly url: string;
  readonly path: string;
  readonly protocol?: string | undefined;
  readonly onMessage: (bytes: Buffer, start: number, end: number) => void;
}

/** A client's WebSocket with as little between it and the socket as possible. */
export class RawSocket {
  /** Settles when the server has agreed; rejects when it does not. */
  readonly opened: Promise<void>;
  readonly closed: Promise<void>;
  /** The close code that the server sent; 1006 where it sent none; undefined while it is open. */
  closeCode: number | undefined;
  closeReason = '';
  bytesReceived = 0;
  bytesSent = 0;
  /** When more had arrived than greetings are long: the first byte of a large document. */
  firstBulkAt = NaN;
  readonly #socket: Socket;
  readonly #reader: FrameReader;
  #handshake: Buffer | undefined = Buffer.alloc(0);
  #mask = 0x1f2e3d4c;
  #resolveOpened: () => void = () => undefined;
  #rejectOpened: (error: Error) => void = () => undefined;

  constructor(options: RawSocketOptions) {
    const { hostname, port } = new URL(options.url);
    this.opened = new Promise((resolve, reject) => {
      this.#resolveOpened = resolve;
      this.#rejectOpened = reject;
    });
    // Whoever does not wait for it looks at `closeCode`.
    this.opened.catch(() => undefined);
    const onMessage = options.onMessage;
    const onFrame: OnFrame = (opcode, bytes, start, end) => {
      if (opcode === OPCODE.binary) onMessage(bytes, start, end);
      else this.#control(opcode, bytes.subarray(start, end));
    };
    this.#reader = new FrameReader(onFrame);
    this.#socket = connect({
      host: hostname,
      port: Number(port),
      noDelay: true,
      onread: {
        buffer: READ_BUFFER,
        callback: (length, buffer) => {
          this.#received(buffer as Buffer, length);
          return true;
        },
      },
    });
    this.closed = new Promise((resolve) => {
      this.#socket.once('close', () => {
        this.closeCode ??= 1006;
        this.#rejectOpened(new Error(`the connection ended with ${this.closeCode} ${this.closeReason}`));
        resolve();
      });
    });
    this.#socket.on('error', (error) => {
      this.closeReason ||= error.message;
    });
    this.#write(Buffer.from(upgradeRequest(hostname, port, options.path, options.protocol)));
  }

  get isOpen(): boolean {
    return this.closeCode === undefined && this.#handshake === undefined;
  }

  /** Bytes that the kernel has not taken yet. */
  get unsentBytes(): number {
    return this.#socket.writableLength;
  }

  /** Bytes of a message that has begun to arrive. */
  get arrivingBytes(): number {
    return this.#reader.pending;
  }

  /** A message as the frame that {@link sendFrames} takes. */
  frame(message: Uint8Array): Buffer {
    // Not random, but another one each time, as the RFC wants; zero would spare the server the unmasking.
    this.#mask = (Math.imul(this.#mask, 1_664_525) + 1_013_904_223) | 0;
    return maskedFrame(OPCODE.binary, message, this.#mask);
  }

  send(message: Uint8Array): void {
    this.#write(this.frame(message));
  }

  sendFrames(frames: readonly Buffer[]): void {
    this.#write(frames.length === 1 ? (frames[0] as Buffer) : Buffer.concat(frames));
  }

  /** Stops reading, as a client whose network or process stands still. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(): void {
    if (this.isOpen) this.#write(maskedFrame(OPCODE.close, Uint8Array.of(0x03, 0xe8), 1));
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #write(bytes: Buffer): void {
    this.bytesSent += bytes.length;
    this.#socket.write(bytes);
  }

  #received(buffer: Buffer, length: number): void {
    this.bytesReceived += length;
    if (this.bytesReceived > GREETING_BYTES && Number.isNaN(this.firstBulkAt))
      this.firstBulkAt = performance.now();
    if (this.#handshake === undefined) {
      this.#reader.push(buffer, length);
      return;
    }
    const all = Buffer.concat([this.#handshake, buffer.subarray(0, length)]);
    const end = all.indexOf('\r\n\r\n');
    if (end < 0) {
      this.#handshake = all;
      return;
    }
    if (!all.toString('latin1', 0, 12).endsWith('101')) {
      this.closeReason = all.toString('latin1', 0, end);
      this.#socket.destroy();
      return;
    }
    this.#handshake = undefined;
    this.#resolveOpened();
    this.#reader.push(all.subarray(end + 4), all.length - end - 4);
  }

  #control(opcode: number, payload: Buffer): void {
    if (opcode === OPCODE.ping) this.#write(maskedFrame(OPCODE.pong, payload, 1));
    if (opcode !== OPCODE.close) return;
    this.closeCode = payload.length >= 2 ? payload.readUInt16BE(0) : 1005;
    this.closeReason = payload.toString('utf8', 2);
    this.#socket.end(maskedFrame(OPCODE.close, payload.subarray(0, 2), 1));
  }
}

const upgradeRequest = (host: string, port: string, path: string, protocol: string | undefined): string =>
  [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...(protocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${protocol}`]),
    '\r\n',
  ].join('\r\n');
