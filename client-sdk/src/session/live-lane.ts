import type { LivePose, Pose, SceneDoc } from '@diorama/shared';
import type { PresenceLane } from './presence-lane.js';

export interface LiveLaneOptions {
  readonly presence: PresenceLane;
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
  #moved: Map<string, Partial<Pose>> | undefined;

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

  /** Begins a gesture; one that is under way is committed. */
  begin(): void {
    this.commit();
    this.#moved = new Map();
  }

  /** Shows nodes at new poses, in the space of their parents. Begins a gesture if none is under way. */
  move(poses: Readonly<Record<string, LivePose>>): void {
    const moved = (this.#moved ??= new Map());
    for (const [id, { translation, rotation, scale }] of Object.entries(poses))
      moved.set(id, { translation, rotation, scale });
    this.#options.presence.set({ live: { ...this.#options.presence.self.live, ...poses } });
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
