import { MESSAGE, SYNC_STEP } from '@diorama/shared';
import type { Principal } from '../../access/principal.js';
import type { FullState } from '../document/full-state.js';
import { isEmptyStateVector } from '../document/live-document.js';

/** What is stored of a scene, which may be sent while its document is still being decoded. */
export class Preview {
  readonly principal: Principal;
  readonly #stored: FullState;
  #sentAt: number | undefined;

  constructor(principal: Principal, stored: FullState) {
    this.principal = principal;
    this.#stored = stored;
  }

  /** The mark of what was sent; undefined until then. */
  get sentAt(): number | undefined {
    return this.#sentAt;
  }

  /** The frames to answer a client's first frame with: once, and only if it has nothing yet. */
  framesFor(first: Buffer): Buffer[] | undefined {
    if (this.#sentAt !== undefined || !asksForEverything(first)) return undefined;
    const frames = this.#stored.storedFrames();
    if (frames !== undefined) this.#sentAt = this.#stored.mark;
    return frames;
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
