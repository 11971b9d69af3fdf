import { DioramaError, MESSAGE, readToken, SYNC_STEP } from '@diorama/shared';
import * as decoding from 'lib0/decoding';
import * as Y from 'yjs';

/** A parsed frame of a client. */
export type ClientFrame =
  | { readonly kind: 'state-vector'; readonly stateVector: Uint8Array }
  | { readonly kind: 'document'; readonly update: Uint8Array }
  | { readonly kind: 'presence'; readonly update: Uint8Array }
  | { readonly kind: 'presence-query' }
  | { readonly kind: 'token'; readonly token: string };

/** Throws `bad_frame` for anything that the protocol does not define. */
export function parseClientFrame(data: Uint8Array): ClientFrame {
  try {
    return read(decoding.createDecoder(data));
  } catch (error) {
    if (error instanceof DioramaError) throw error;
    throw badFrame('The frame is cut off or garbled', error);
  }
}

export const badFrame = (detail: string, cause?: unknown): DioramaError =>
  new DioramaError('bad_frame', detail, { cause });

function read(decoder: decoding.Decoder): ClientFrame {
  const type = decoding.readVarUint(decoder);
  switch (type) {
    case MESSAGE.sync:
      return readSync(decoder);
    case MESSAGE.awareness:
      return { kind: 'presence', update: readBytes(decoder) };
    case MESSAGE.queryAwareness:
      return { kind: 'presence-query' };
    case MESSAGE.token:
      return { kind: 'token', token: readToken(decoder) };
    default:
      throw badFrame(`There is no message type ${type}`);
  }
}

function readSync(decoder: decoding.Decoder): ClientFrame {
  const step = decoding.readVarUint(decoder);
  switch (step) {
    case SYNC_STEP.step1: {
      const stateVector = readBytes(decoder);
      Y.decodeStateVector(stateVector);
      return { kind: 'state-vector', stateVector };
    }
    case SYNC_STEP.step2:
    case SYNC_STEP.update:
      return { kind: 'document', update: readBytes(decoder) };
    default:
      throw badFrame(`There is no sync step ${step}`);
  }
}

/** Checks the length, since lib0 would return a view beyond the end or throw somewhere else. */
function readBytes(decoder: decoding.Decoder): Uint8Array {
  const length = decoding.readVarUint(decoder);
  if (length > decoder.arr.byteLength - decoder.pos) throw badFrame('The frame is shorter than it says');
  return decoding.readUint8Array(decoder, length);
}
