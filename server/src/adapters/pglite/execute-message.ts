/** Room for what commits usually say. A buffer that a huge value asked for is not kept. */
const FIRST_BYTES = 64 * 1024;
const MOST_KEPT_BYTES = 4 * 1024 * 1024;

/** A parameter as the wire has it: text, or bytes that stay as they are. */
export type WireValue = string | Uint8Array | null;

const TEXT = 0;
const BINARY = 1;
/** Of each message: its letter and its length. */
const HEAD_BYTES = 5;
const INT16 = 2;
const INT32 = 4;

/**
 * The messages that run a prepared statement (Bind, Execute, Sync: "Message Formats" of the PostgreSQL manual), in a buffer that is used again.
 *
 * PGlite's own encoder allocates four times what a commit says. V8 counts that as growth of a heap that is otherwise small, and
 * collected all of it every second.
 */
export class ExecuteMessage {
  #kept = Buffer.allocUnsafeSlow(FIRST_BYTES);

  /** Valid until the next call. */
  encode(statement: string, values: readonly WireValue[]): Uint8Array {
    const bytes = values.map(byteLength);
    // An empty name of the portal, the statement's, the formats, the values, and text for all results.
    const names = 1 + Buffer.byteLength(statement) + 1;
    const formats = INT16 + values.length * INT16;
    const contents = bytes.reduce((sum, each) => sum + INT32 + each, INT16);
    const bindBytes = HEAD_BYTES + names + formats + contents + INT16;
    const executeBytes = HEAD_BYTES + 1 + INT32;
    const to = new Cursor(this.#room(bindBytes + executeBytes + HEAD_BYTES));

    to.head('B', bindBytes);
    to.text('\0');
    to.text(`${statement}\0`);
    to.int16(values.length);
    for (const value of values) to.int16(value instanceof Uint8Array ? BINARY : TEXT);
    to.int16(values.length);
    for (const [at, value] of values.entries()) {
      to.int32(value === null ? -1 : (bytes[at] as number));
      if (typeof value === 'string') to.text(value);
      else if (value !== null) to.bytes(value);
    }
    to.int16(0);

    to.head('E', executeBytes);
    to.text('\0');
    // All rows.
    to.int32(0);

    to.head('S', HEAD_BYTES);
    return to.written;
  }

  #room(bytes: number): Buffer {
    if (bytes <= this.#kept.byteLength) return this.#kept;
    const larger = Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(bytes)));
    if (larger.byteLength <= MOST_KEPT_BYTES) this.#kept = larger;
    return larger;
  }
}

const byteLength = (value: WireValue): number =>
  typeof value === 'string' ? Buffer.byteLength(value) : (value?.byteLength ?? 0);

class Cursor {
  readonly #buffer: Buffer;
  #at = 0;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  get written(): Uint8Array {
    return this.#buffer.subarray(0, this.#at);
  }

  /** Begins a message of so many bytes, its letter included. */
  head(letter: string, bytes: number): void {
    this.text(letter);
    // Its length leaves out the letter.
    this.int32(bytes - 1);
  }

  int16(value: number): void {
    // A statement may have up to 65,535 parameters.
    this.#at = this.#buffer.writeUInt16BE(value, this.#at);
  }

  int32(value: number): void {
    this.#at = this.#buffer.writeInt32BE(value, this.#at);
  }

  text(value: string): void {
    this.#at += this.#buffer.write(value, this.#at);
  }

  bytes(value: Uint8Array): void {
    this.#buffer.set(value, this.#at);
    this.#at += value.byteLength;
  }
}
