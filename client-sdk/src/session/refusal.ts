import { DioramaError, readRefused } from '@diorama/shared';
import type { Decoder } from 'lib0/decoding';

/**
 * What the server did with a frame that it did not take as it was.
 *
 * - `corrected`: it undid by an update what was wrong, as anybody's edit would: the document is the server's as it is.
 * - `postponed`: it asks for the frame again when it can take it.
 * - `final`: it never takes the frame, nor what depends on it.
 */
export interface Refusal {
  readonly outcome: 'corrected' | 'postponed' | 'final';
  /** The number of the frame. */
  readonly frame: number;
  readonly error: DioramaError;
}

/** Reads what follows the message type of a `refused` frame. */
export function readRefusal(decoder: Decoder): Refusal {
  const { frame, code, detail, issues, corrected } = readRefused(decoder);
  const error = new DioramaError(code, detail, { issues });
  // Where the client id is somebody else's, what was written under it is left out, and so would be all that follows.
  if (corrected && code !== 'client_id_taken') return { outcome: 'corrected', frame, error };
  // What waits for another token is as little lost as what waits for the store.
  const isPostponed = error.retryable || code === 'unauthenticated';
  return { outcome: isPostponed ? 'postponed' : 'final', frame, error };
}
