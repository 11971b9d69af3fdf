import * as Y from 'yjs';
import { FIRST_CLOCK, FIRST_WRITER, PoseWrites, type PoseShape } from './pose-writes.js';

/** Set or not for an item that replaces another: its key is that one's, and merging forgets the bit. */
const HAS_KEY = 0x20;

/** Called for each write found in an update: the writer's index and the number of its write. */
export type OnWrite = (writer: number, seq: number) => void;

/**
 * Finds the pose writes in updates, single or merged, without decoding what they hold.
 *
 * Updates that contain anything else (collected garbage, other items) are decoded by Yjs.
 */
export class WriteScanner {
  readonly #shape: PoseShape;
  #bytes: Uint8Array = new Uint8Array();
  #at = 0;
  /** Updates that Yjs had to decode. */
  decoded = 0;

  constructor(shape: PoseShape = new PoseWrites(0).shape) {
    this.#shape = shape;
  }

  scan(bytes: Uint8Array, start: number, end: number, onWrite: OnWrite): void {
    if (this.#scanFast(bytes, start, end, onWrite)) return;
    this.decoded++;
    // A write that the fast pass has reported already is reported again: whoever counts looks at its number.
    for (const struct of Y.decodeUpdate(bytes.subarray(start, end)).structs) {
      if (!(struct instanceof Y.Item)) continue;
      const writer = struct.id.client - FIRST_WRITER;
      const seq = struct.id.clock - FIRST_CLOCK;
      if (writer >= 0 && writer < FIRST_WRITER && seq >= 0) onWrite(writer, seq);
    }
  }

  #scanFast(bytes: Uint8Array, start: number, end: number, onWrite: OnWrite): boolean {
    const { info, bodyLength } = this.#shape;
    this.#bytes = bytes;
    this.#at = start;
    for (let clients = this.#varUint(); clients > 0; clients--) {
      let items = this.#varUint();
      const writer = this.#varUint() - FIRST_WRITER;
      let seq = this.#varUint() - FIRST_CLOCK;
      if (writer < 0 || seq < 0) return false;
      for (; items > 0; items--, seq++) {
        if (((bytes[this.#at] as number) | HAS_KEY) !== (info | HAS_KEY)) return false;
        this.#at++;
        this.#varUint();
        this.#varUint();
        // One value, and it is an object: a pose.
        if (bytes[this.#at] !== 1 || bytes[this.#at + 1] !== 118) return false;
        this.#at += bodyLength;
        if (this.#at > end) return false;
        onWrite(writer, seq);
      }
    }
    return true;
  }

  #varUint(): number {
    const bytes = this.#bytes;
    let byte = bytes[this.#at++] as number;
    if (byte < 128) return byte;
    let value = byte & 127;
    let factor = 128;
    do {
      byte = bytes[this.#at++] as number;
      value += (byte & 127) * factor;
      factor *= 128;
    } while (byte > 127);
    return value;
  }
}
