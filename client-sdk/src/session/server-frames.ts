import { MESSAGE, readDraining, readSaved, readWelcome, type Welcome } from '@diorama/shared';
import * as decoding from 'lib0/decoding';
import { readRefusal, type Refusal } from './refusal.js';

/** What the server may say. Who is handed a decoder reads what follows the message type. */
export interface ServerFrameHandlers {
  sync(decoder: decoding.Decoder): void;
  awareness(decoder: decoding.Decoder): void;
  queryAwareness(): void;
  /** So many document frames of this connection are stored. */
  saved(frames: number): void;
  refused(refusal: Refusal): void;
  /** The server stops and closes the connection soon. */
  draining(retryAfterMs: number): void;
  welcome(welcome: Welcome): void;
  tokenRequest(): void;
}

/** Reads a frame of the server's and hands it to whom it concerns. Throws where it cannot be read. */
export function receiveServerFrame(frame: Uint8Array, handlers: ServerFrameHandlers): void {
  const decoder = decoding.createDecoder(frame);
  switch (decoding.readVarUint(decoder)) {
    case MESSAGE.sync:
      return handlers.sync(decoder);
    case MESSAGE.awareness:
      return handlers.awareness(decoder);
    case MESSAGE.queryAwareness:
      return handlers.queryAwareness();
    case MESSAGE.saved:
      return handlers.saved(readSaved(decoder));
    case MESSAGE.refused:
      return handlers.refused(readRefusal(decoder));
    case MESSAGE.draining:
      return handlers.draining(readDraining(decoder).retry_after_ms);
    case MESSAGE.welcome:
      return handlers.welcome(readWelcome(decoder));
    case MESSAGE.tokenRequest:
      return handlers.tokenRequest();
    default:
    // A newer server may say more than we understand.
  }
}
