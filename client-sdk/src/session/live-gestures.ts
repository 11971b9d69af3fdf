import type { LivePose } from '@diorama/shared';

/**
 * Gestures: poses that change many times a second and are stored once.
 *
 * Between `begin` and `commit` poses travel as presence, which costs the document nothing; `commit` makes one
 * document write and one undo step of them.
 */
export interface LiveGestures {
  /** Whether a gesture of this session is under way. */
  readonly active: boolean;
  /** The poses of everybody's gestures but this session's own, by node id, to be shown instead of the document's; a new map each time. */
  readonly others: ReadonlyMap<string, LivePose>;
  /** Begins a gesture on nodes, which from now on show where this session holds them. One under way is committed first. */
  begin(nodeIds?: Iterable<string>): void;
  /**
   * Shows nodes at new poses, in the space of their parents (metres, quaternions x y z w); what a pose leaves out stays. Begins a
   * gesture if none is under way.
   *
   * Nodes that are not there (any more) are passed over. Throws `invalid_document` with a pointer, and moves nothing then.
   */
  move(poses: Readonly<Record<string, Partial<LivePose>>>): void;
  /** Ends the gesture with one edit; throws as `edit`. A node that somebody deleted meanwhile stays deleted. Nothing without a gesture. */
  commit(): void;
  /** Ends the gesture without an edit: everybody sees the document's poses again. */
  cancel(): void;
}
