import { MESSAGE, SYNC_STEP } from '@diorama/shared';
import * as encoding from 'lib0/encoding';
import { frame, frameBytes } from './framing.js';

// The y-websocket frames that the server sends, ready to be written to sockets.

const STEP_1 = [MESSAGE.sync, SYNC_STEP.step1];
const STEP_2 = [MESSAGE.sync, SYNC_STEP.step2];
const UPDATE = [MESSAGE.sync, SYNC_STEP.update];
const AWARENESS = [MESSAGE.awareness];

export const step1Frame = (stateVector: Uint8Array): Buffer => frameBytes(STEP_1, stateVector);
export const step2Frame = (update: Uint8Array): Buffer => frameBytes(STEP_2, update);
export const updateFrame = (update: Uint8Array): Buffer => frameBytes(UPDATE, update);

/** `update` is an awareness update as y-protocols encodes it. */
export const presenceFrame = (update: Uint8Array): Buffer => frameBytes(AWARENESS, update);

/** The permission-denied message of y-protocols, for clients that do not speak `diorama.v1`. */
export function permissionDeniedFrame(reason: string): Buffer {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, MESSAGE.auth);
  encoding.writeVarUint(encoder, 0);
  encoding.writeVarString(encoder, reason);
  return frame(encoding.toUint8Array(encoder));
}
