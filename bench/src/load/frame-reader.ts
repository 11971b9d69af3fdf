/** One WebSocket frame's content: `bytes` from `start` to `end`, valid only during the call. */
export type OnFrame = (opcode: number, bytes: Buffer, start: number, end: number) => void;

const MAX_HEADER = 10;

/**
 * Takes the frames out of a server's byte stream without copying those that arrive whole.
 *
 * A load generator counts millions of frames a second: this knows unmasked, unfragmented frames only (RFC 6455), which is
 * what servers send, and throws on anything else.
 */
export class FrameReader {
  readonly #onFrame: OnFrame;
  #partial: Buffer = Buffer.alloc(0);
  #have = 0;
  #need = 0;

  constructor(onFrame: OnFrame) {
    this.#onFrame = onFrame;
  }

  /** Bytes of a frame that has begun and is not complete yet. */
  get pending(): number {
    return this.#have;
  }

  /** Reads `chunk` up to `end`. The chunk may be used for something else afterwards. */
  push(chunk: Buffer, end: number): void {
    let at = this.#have > 0 ? this.#complete(chunk, end) : 0;
    while (at < end) {
      const header = headerLength(chunk, at, end);
      const total = header === 0 ? 0 : header + payloadLength(chunk, at);
      if (total === 0 || at + total > end) {
        this.#keep(chunk, at, end, total);
        return;
      }
      this.#onFrame(opcodeOf(chunk, at), chunk, at + header, at + total);
      at += total;
    }
  }

  /** Adds to the frame that has begun; returns where the next one begins. */
  #complete(chunk: Buffer, end: number): number {
    let at = 0;
    while (at < end) {
      if (this.#need === 0) {
        this.#partial[this.#have++] = chunk[at++] as number;
        const header = headerLength(this.#partial, 0, this.#have);
        if (header === 0) continue;
        this.#need = header + payloadLength(this.#partial, 0);
        this.#partial = withCapacity(this.#partial, this.#have, this.#need);
      } else {
        const part = Math.min(end - at, this.#need - this.#have);
        chunk.copy(this.#partial, this.#have, at, at + part);
        at += part;
        this.#have += part;
      }
      if (this.#need > 0 && this.#have === this.#need) {
        this.#deliver();
        return at;
      }
    }
    return at;
  }

  #deliver(): void {
    const frame = this.#partial;
    const end = this.#need;
    this.#have = 0;
    this.#need = 0;
    this.#onFrame(opcodeOf(frame, 0), frame, headerLength(frame, 0, end), end);
    // One large frame must not be held for ever.
    if (frame.length > 1_000_000) this.#partial = Buffer.alloc(0);
  }

  #keep(chunk: Buffer, at: number, end: number, total: number): void {
    const size = end - at;
    if (this.#partial.length < Math.max(total, MAX_HEADER))
      this.#partial = Buffer.allocUnsafe(Math.max(total, 1024));
    chunk.copy(this.#partial, 0, at, end);
    this.#have = size;
    this.#need = total;
  }
}

function withCapacity(buffer: Buffer, used: number, size: number): Buffer {
  if (buffer.length >= size) return buffer;
  const larger = Buffer.allocUnsafe(size);
  buffer.copy(larger, 0, 0, used);
  return larger;
}

function opcodeOf(bytes: Buffer, at: number): number {
  const first = bytes[at] as number;
  if ((first & 0xf0) !== 0x80) throw new Error(`a fragmented or extended frame: ${first.toString(16)}`);
  return first & 0x0f;
}

/** 0 while the header is not complete. */
function headerLength(bytes: Buffer, at: number, end: number): number {
  if (at + 2 > end) return 0;
  const length = bytes[at + 1] as number;
  if (length > 127) throw new Error('a masked frame from a server');
  const header = length < 126 ? 2 : length === 126 ? 4 : 10;
  return at + header <= end ? header : 0;
}

function payloadLength(bytes: Buffer, at: number): number {
  const length = bytes[at + 1] as number;
  if (length < 126) return length;
  return length === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
}

/** A client's frame: masked, as the RFC asks of clients. */
export function maskedFrame(opcode: number, payload: Uint8Array, mask: number): Buffer {
  const { length } = payload;
  const header = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const framed = Buffer.allocUnsafe(header + 4 + length);
  framed[0] = 0x80 | opcode;
  if (header === 2) framed[1] = 0x80 | length;
  else if (header === 4) {
    framed[1] = 0x80 | 126;
    framed.writeUInt16BE(length, 2);
  } else {
    framed[1] = 0x80 | 127;
    framed.writeBigUInt64BE(BigInt(length), 2);
  }
  framed.writeUInt32BE(mask >>> 0, header);
  const keys = [mask >>> 24, (mask >>> 16) & 255, (mask >>> 8) & 255, mask & 255] as const;
  for (let i = 0; i < length; i++) framed[header + 4 + i] = (payload[i] as number) ^ (keys[i & 3] as number);
  return framed;
}
