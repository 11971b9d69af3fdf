import type { LivePose, Pose, SceneDoc } from '@diorama/shared';
import type { LiveGestures } from './live-gestures.js';
import { assertLivePose, rounded, transformOf } from './live-pose.js';
import type { SessionPresence } from './session-presence.js';

export interface LiveLaneOptions {
  readonly presence: SessionPresence;
  /** Where the document has a node. */
  readonly poseOf: (nodeId: string) => Pose | undefined;
  /** Writes the final poses as one edit, and sends it before anything else. */
  readonly commit: (write: (scene: SceneDoc) => void) => void;
}

/** Carries the gestures of one session over its presence, and to its document. */
export class LiveLane implements LiveGestures {
  readonly #options: LiveLaneOptions;
  #moved: Map<string, LivePose> | undefined;

  constructor(options: LiveLaneOptions) {
    this.#options = options;
  }

  get active(): boolean {
    return this.#moved !== undefined;
  }

  get others(): ReadonlyMap<string, LivePose> {
    const poses = new Map<string, LivePose>();
    for (const { live } of this.#options.presence.others.values())
      for (const [id, pose] of Object.entries(live ?? {})) poses.set(id, pose);
    return poses;
  }

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
