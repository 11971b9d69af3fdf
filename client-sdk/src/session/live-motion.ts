import type { LivePose } from '@diorama/shared';
import { between, isClose } from './live-pose.js';

/** Where poses come from, and where they are shown. */
export interface LiveMotionOptions {
  /** Where others hold nodes: `() => session.live.others`. */
  readonly targets: () => ReadonlyMap<string, LivePose>;
  /** Where a node begins to move: its pose in the document. Nodes without one are not shown. */
  readonly start: (id: string) => LivePose | undefined;
  /** Shows a node at a pose, in its parent's space; null is the document's pose again. */
  readonly show: (id: string, pose: LivePose | null) => void;
  /** Nodes that this client drags itself show its own poses. Default: none. */
  readonly isOwn?: (id: string) => boolean;
}

/** Seconds in which about two thirds of the way to a new pose are gone. */
const TIME_CONSTANT = 0.05;

/**
 * What others drag, moved smoothly between the poses that arrive.
 *
 * Poses come 30 to 60 times a second, unevenly, and not at all while the network stalls; what is shown follows them by a
 * constant of 50 ms, whatever the frame rate.
 *
 * @example
 * const motion = new LiveMotion({
 *   targets: () => session.live.others,
 *   start: (id) => session.scene.node(id)?.pose,
 *   show: (id, pose) => place(id, pose ?? session.scene.node(id)?.pose),
 * });
 * // each frame
 * motion.step(secondsSinceTheLastFrame);
 */
export class LiveMotion {
  readonly #options: LiveMotionOptions;
  readonly #shown = new Map<string, LivePose>();

  constructor(options: LiveMotionOptions) {
    this.#options = options;
  }

  /** One frame; returns whether something still moves. */
  step(seconds: number): boolean {
    const { targets, start, show } = this.#options;
    const isOwn = (id: string): boolean => this.#options.isOwn?.(id) ?? false;
    const wanted = targets();
    for (const id of [...this.#shown.keys()]) {
      if (wanted.has(id) && !isOwn(id)) continue;
      this.#shown.delete(id);
      if (!isOwn(id)) show(id, null);
    }
    let moving = false;
    const weight = 1 - Math.exp(-seconds / TIME_CONSTANT);
    for (const [id, target] of wanted) {
      if (isOwn(id)) continue;
      const from = this.#shown.get(id) ?? start(id);
      if (from === undefined) continue;
      const next = isClose(from, target) ? target : between(from, target, weight);
      moving ||= next !== target;
      if (this.#shown.get(id) === next) continue;
      this.#shown.set(id, next);
      show(id, next);
    }
    return moving;
  }
}
