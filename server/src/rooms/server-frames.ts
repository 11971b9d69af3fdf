import { MESSAGE, SYNC_STEP } from '@diorama/shared';
import * as encoding from 'lib0/encoding';

const syncFrame = (step: number, bytes: Uint8Array): Uint8Array => {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, MESSAGE.sync);
  encoding.writeVarUint(encoder, step);
  encoding.writeVarUint8Array(encoder, bytes);
  return encoding.toUint8Array(encoder);
};

export const encodeStep1 = (stateVector: Uint8Array): Uint8Array => syncFrame(SYNC_STEP.step1, stateVector);
export const encodeStep2 = (update: Uint8Array): Uint8Array => syncFrame(SYNC_STEP.step2, update);
export const encodeUpdate = (update: Uint8Array): Uint8Array => syncFrame(SYNC_STEP.update, update);

/** `update` is an awareness update as y-protocols encodes it. */
export function encodePresence(update: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, MESSAGE.awareness);
  encoding.writeVarUint8Array(encoder, update);
  return encoding.toUint8Array(encoder);
}

/** y-protocols' way to say no, for clients that do not speak `diorama.v1`. */
export function encodePermissionDenied(reason: string): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, MESSAGE.auth);
  encoding.writeVarUint(encoder, 0);
  encoding.writeVarString(encoder, reason);
  return encoding.toUint8Array(encoder);
}
