import { createDecoder, readAny, readVarInt, readVarUint, type Decoder } from 'lib0/decoding';
import * as Y from 'yjs';

/** The decoded values of an update, in the order in which it contains them. */
export interface DecodedContents {
  readonly values: unknown[];
  /** The offset at which each value ends. */
  readonly ends: number[];
}

/** Type tags of values in lib0's encoding. */
const FLOAT64 = 123;
const INTEGER = 125;
const STRING = 119;
const OBJECT = 118;
const ARRAY = 117;

const ENDS_EARLY = 'The update ends in the middle of a value';

const bytes = new Uint8Array(8);
const view = new DataView(bytes.buffer);

/** Avoids the DataView that lib0 creates for each number. */
function readFloat64(decoder: Decoder): number {
  const { arr, pos } = decoder;
  if (pos + 8 > arr.length) throw new Error(ENDS_EARLY);
  for (let at = 0; at < 8; at++) bytes[at] = arr[pos + at] as number;
  decoder.pos = pos + 8;
  return view.getFloat64(0, false);
}

/** The same options as in lib0. */
const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A cache of short strings: keys and ids repeat, and a lookup is faster than decoding. */
const KNOWN_STRINGS = 1024;
const KNOWN_BYTES = 32;
const known: ({ readonly bytes: Uint8Array; readonly string: string } | undefined)[] = Array.from({
  length: KNOWN_STRINGS,
});

function readString(decoder: Decoder): string {
  const length = readVarUint(decoder);
  const { arr, pos } = decoder;
  // lib0 would read on into the memory behind the update.
  if (length > arr.length - pos) throw new Error(ENDS_EARLY);
  decoder.pos = pos + length;
  if (length > KNOWN_BYTES) return text.decode(arr.subarray(pos, pos + length));
  let hash = length;
  for (let at = pos; at < pos + length; at++) hash = (Math.imul(hash, 31) + (arr[at] as number)) | 0;
  const slot = (hash ^ (hash >>> 16)) & (KNOWN_STRINGS - 1);
  const found = known[slot];
  if (found !== undefined && found.bytes.length === length && isAt(found.bytes, arr, pos))
    return found.string;
  const own = arr.slice(pos, pos + length);
  const string = text.decode(own);
  known[slot] = { bytes: own, string };
  return string;
}

function isAt(wanted: Uint8Array, arr: Uint8Array, pos: number): boolean {
  for (let at = 0; at < wanted.length; at++) if (wanted[at] !== arr[pos + at]) return false;
  return true;
}

/** Equivalent to lib0's `readAny`, with a fast path for the types that scenes consist of. */
function readValue(decoder: Decoder): unknown {
  switch (decoder.arr[decoder.pos]) {
    case FLOAT64:
      decoder.pos++;
      return readFloat64(decoder);
    case INTEGER:
      decoder.pos++;
      return readVarInt(decoder);
    case STRING:
      decoder.pos++;
      return readString(decoder);
    case OBJECT: {
      decoder.pos++;
      const length = readVarUint(decoder);
      const object: Record<string, unknown> = {};
      for (let at = 0; at < length; at++) {
        const key = readString(decoder);
        object[key] = readValue(decoder);
      }
      return object;
    }
    case ARRAY: {
      decoder.pos++;
      const length = readVarUint(decoder);
      if (length > decoder.arr.length - decoder.pos) throw new Error(ENDS_EARLY);
      // An array that grows to three elements has room for seventeen, and a pose has three such arrays.
      const array = new Array<unknown>(length);
      for (let at = 0; at < length; at++) array[at] = readValue(decoder);
      return array;
    }
    default:
      return readAny(decoder);
  }
}

/** Reads the same as Yjs' decoder in a third of the time. */
class QuickDecoder extends Y.UpdateDecoderV1 {
  override readString(): string {
    return readString(this.restDecoder);
  }

  override readAny(): unknown {
    return readValue(this.restDecoder);
  }
}

class RecordingDecoder extends QuickDecoder {
  readonly contents: DecodedContents = { values: [], ends: [] };
  readonly clients: number[] = [];

  override readClient(): number {
    const client = super.readClient();
    this.clients.push(client);
    return client;
  }

  override readAny(): unknown {
    const value = super.readAny();
    this.contents.values.push(value);
    this.contents.ends.push(this.restDecoder.pos);
    return value;
  }
}

class RepeatingDecoder extends QuickDecoder {
  readonly #contents: DecodedContents;
  #next = 0;

  constructor(decoder: Decoder, contents: DecodedContents) {
    super(decoder);
    this.#contents = contents;
  }

  override readAny(): unknown {
    const at = this.#next++;
    this.restDecoder.pos = this.#contents.ends[at] as number;
    return this.#contents.values[at];
  }
}

/** Yjs takes a class and creates the decoder itself, which would then be out of reach. */
let prepared: RecordingDecoder | undefined;
const Prepared = function (): RecordingDecoder | undefined {
  const decoder = prepared;
  // Releases the decoder, which refers to the update and all its values: possibly many megabytes.
  prepared = undefined;
  return decoder;
} as unknown as typeof Y.UpdateDecoderV1;

/** A decoded update. `end` is the offset at which the decoder stopped. */
export type UpdateWithContents = ReturnType<typeof Y.decodeUpdate> & {
  readonly contents: DecodedContents;
  /** Client ids in the order of the update, including those with no structs. */
  readonly clients: readonly number[];
  readonly end: number;
};

/** Like `Y.decodeUpdate`, and returns the contents, so that applying the update need not decode them again. */
export function decodeWithContents(update: Uint8Array): UpdateWithContents {
  const decoder = new RecordingDecoder(createDecoder(update));
  prepared = decoder;
  const { structs, ds } = Y.decodeUpdateV2(update, Prepared);
  const { contents, clients } = decoder;
  return { structs, ds, contents, clients, end: decoder.restDecoder.pos };
}

/** Like `Y.applyUpdate`, for an update whose contents have been decoded. */
export function applyWithContents(doc: Y.Doc, update: Uint8Array, contents: DecodedContents): void {
  const decoder = createDecoder(update);
  Y.readUpdateV2(decoder, doc, undefined, new RepeatingDecoder(decoder, contents));
}

/** Like `Y.applyUpdate`. */
export function applyUpdate(doc: Y.Doc, update: Uint8Array): void {
  const decoder = createDecoder(update);
  Y.readUpdateV2(decoder, doc, undefined, new QuickDecoder(decoder));
}
