import { MESSAGE, SYNC_STEP } from '@diorama/shared';
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';

function syncFrame(step: number, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, MESSAGE.sync);
  encoding.writeVarUint(encoder, step);
  encoding.writeVarUint8Array(encoder, payload);
  return encoding.toUint8Array(encoder);
}

/** Asks for what `doc` lacks. */
export const step1Frame = (doc: Y.Doc): Uint8Array<ArrayBuffer> =>
  syncFrame(SYNC_STEP.step1, Y.encodeStateVector(doc));

/** Answers a step 1 with what its state vector lacks. */
export const step2Frame = (doc: Y.Doc, stateVector: Uint8Array): Uint8Array<ArrayBuffer> =>
  syncFrame(SYNC_STEP.step2, Y.encodeStateAsUpdate(doc, stateVector));

export const updateFrame = (update: Uint8Array): Uint8Array<ArrayBuffer> =>
  syncFrame(SYNC_STEP.update, update);

export function awarenessFrame(update: Uint8Array): Uint8Array<ArrayBuffer> {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, MESSAGE.awareness);
  encoding.writeVarUint8Array(encoder, update);
  return encoding.toUint8Array(encoder);
}

/** Asks for everybody's presence; sent after a silence, since the answer proves that the connection lives. */
export function queryAwarenessFrame(): Uint8Array<ArrayBuffer> {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, MESSAGE.queryAwareness);
  return encoding.toUint8Array(encoder);
}
