import { MESSAGE, SYNC_STEP } from '@diorama/shared';
import type { Principal } from '../../access/principal.js';
import type { FullState } from '../document/full-state.js';
import { isEmptyStateVector } from '../document/live-document.js';

export interface Received {
  readonly data: Buffer;
  readonly isBinary: boolean;
}

/** What a client was sent before its room was open. */
interface Preview {
  readonly principal: Principal;
  /** The mark of the stored state. */
  readonly mark: number;
}

/**
 * A connection whose client is being authenticated and whose scene is being loaded.
 *
 * Frames wait in order. A client that has nothing yet may be sent the stored state while the document is still being
 * decoded.
 */
export class PendingConnection {
  readonly #received: Received[] = [];
  #offer: { readonly principal: Principal; readonly stored: FullState } | undefined;
  #preview: Preview | undefined;

  /** What was already sent, if anything. */
  get preview(): Preview | undefined {
    return this.#preview;
  }

  /** The frames that have not been answered. */
  get waiting(): readonly Received[] {
    return this.#preview === undefined ? this.#received : this.#received.slice(1);
  }

  received(frame: Received): void {
    this.#received.push(frame);
  }

  /** The stored state of the scene is available. */
  offer(principal: Principal, stored: FullState): void {
    this.#offer = { principal, stored };
    this.#preview = undefined;
  }

  /** The answer to the client's first frame; only once, and only if the client has nothing yet. */
  takePreview(): { readonly principal: Principal; readonly frames: readonly Buffer[] } | undefined {
    const [first] = this.#received;
    if (this.#offer === undefined || this.#preview !== undefined) return undefined;
    if (first?.isBinary !== true || !asksForEverything(first.data)) return undefined;
    const { principal, stored } = this.#offer;
    const frames = stored.storedFrames();
    if (frames === undefined) return undefined;
    this.#preview = { principal, mark: stored.mark };
    return { principal, frames };
  }
}

/**
 * Whether a frame is the first one of a client that has nothing yet. Malformed frames are left to the regular handler.
 */
function asksForEverything(data: Buffer): boolean {
  // Sync step 1 with a byte string of length 1: the state vector of an empty document.
  const [type, step, length] = data;
  return (
    type === MESSAGE.sync && step === SYNC_STEP.step1 && length === 1 && isEmptyStateVector(data.subarray(3))
  );
}
