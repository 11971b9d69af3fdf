import type { LivePose, Pose, SceneDoc } from '@diorama/shared';
import { assertLivePose, rounded, transformOf } from './live-pose.js';
import type { PresenceLane } from './presence-lane.js';

export interface LiveLaneOptions {
  readonly presence: PresenceLane;
  /** Where the document has a node. */
  readonly poseOf: (nodeId: string) => Pose | undefined;
  /** Writes the final poses as one edit, and sends it before anything else. */
  readonly commit: (write: (scene: SceneDoc) => void) => void;
}

/**
 * Gestures: poses that change many times a second and are stored once.
 *
 * Between `begin` and `commit` poses travel as presence, which costs the document nothing; `commit` makes one
 * document write and one undo step of them.
 */
export class LiveLane {
  readonly #options: LiveLaneOptions;
  #moved: Map<string, LivePose> | undefined;

  constructor(options: LiveLaneOptions) {
    this.#options = options;
  }

  /** Whether a gesture is under way. */
  get active(): boolean {
    return this.#moved !== undefined;
  }

  /** The poses of everybody's gestures but this client's own, by node id, to be shown instead of the document's. */
  get others(): ReadonlyMap<string, LivePose> {
    const poses = new Map<string, LivePose>();
    for (const { live } of this.#options.presence.others.values())
      for (const [id, pose] of Object.entries(live ?? {})) poses.set(id, pose);
    return poses;
  }

  /** Begins a gesture on nodes, which from now on show where this client holds them. One under way is committed first. */
  begin(nodeIds: Iterable<string> = []): void {
    this.commit();
    this.#moved = new Map();
    const held: Record<string, LivePose> = {};
    for (const id of nodeIds) {
      const pose = this.#options.poseOf(id);
      if (pose !== undefined) held[id] = rounded(pose);
    }
    if (Object.keys(held).length > 0) this.#options.presence.set({ live: held });
  }

  /**
   * Shows nodes at new poses, in the space of their parents; what a pose leaves out stays. Begins a gesture if none is under way.
   *
   * Nodes that are not there (any more) are passed over. Throws `invalid_document` with a pointer, and moves nothing then.
   */
  move(poses: Readonly<Record<string, Partial<LivePose>>>): void {
    const shown: Record<string, LivePose> = {};
    const next = new Map<string, LivePose>();
    for (const [id, patch] of Object.entries(poses)) {
      const from = this.#moved?.get(id) ?? this.#options.poseOf(id);
      if (from === undefined) continue;
      const pose = { ...transformOf(from), ...given(patch) };
      assertLivePose(id, pose);
      next.set(id, pose);
      shown[id] = rounded(pose);
    }
    const moved = (this.#moved ??= new Map());
    for (const [id, pose] of next) moved.set(id, pose);
    this.#options.presence.set({ live: { ...this.#options.presence.self.live, ...shown } });
  }

  /** Ends the gesture with one edit. A node that somebody deleted meanwhile stays deleted. */
  commit(): void {
    const moved = this.#moved;
    if (moved === undefined) return;
    this.#moved = undefined;
    try {
      if (moved.size > 0)
        this.#options.commit((scene) => {
          for (const [id, pose] of moved) if (scene.nodesMap.has(id)) scene.setPose(id, pose);
        });
    } finally {
      this.#options.presence.set({ live: undefined });
    }
  }

  /** Ends the gesture without an edit: everybody sees the document's poses again. */
  cancel(): void {
    if (this.#moved === undefined) return;
    this.#moved = undefined;
    this.#options.presence.set({ live: undefined });
  }
}

/** The parts of a transform that `patch` has. */
function given(patch: Partial<LivePose>): Partial<LivePose> {
  const { translation, rotation, scale } = patch;
  return {
    ...(translation !== undefined && { translation }),
    ...(rotation !== undefined && { rotation }),
    ...(scale !== undefined && { scale }),
  };
}
