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
  /** The mark of what is stored. */
  readonly mark: number;
}

/**
 * A connection while it is being found out who it is and what the scene holds.
 *
 * Frames wait, in their order. A client that has nothing yet need not: what is stored of the scene may be sent while its document is still
 * being decoded.
 */
export class PendingConnection {
  readonly #received: Received[] = [];
  #offer: { readonly principal: Principal; readonly stored: FullState } | undefined;
  #preview: Preview | undefined;

  /** What was sent already, if anything. */
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

  /** The scene's stored state is there. */
  offer(principal: Principal, stored: FullState): void {
    this.#offer = { principal, stored };
    this.#preview = undefined;
  }

  /** What to answer the client's first frame with: once, and only if it has nothing yet. */
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

/** Whether a frame is the first of a client that has nothing yet. Garbage is left to whoever handles the frame. */
function asksForEverything(data: Buffer): boolean {
  // Sync, step 1, and a byte string of one byte: the state vector of an empty document.
  const [type, step, length] = data;
  return (
    type === MESSAGE.sync && step === SYNC_STEP.step1 && length === 1 && isEmptyStateVector(data.subarray(3))
  );
}
