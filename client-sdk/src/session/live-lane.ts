import type { LivePose, Pose, SceneDoc } from '@diorama/shared';
import type { PresenceLane } from './presence-lane.js';

export interface LiveLaneOptions {
  readonly presence: PresenceLane;
  /** Where the document has a node. */
  readonly poseOf: (nodeId: string) => Pose | undefined;
  /** Writes the final poses as one edit, and sends it before anything else. */
  readonly commit: (write: (scene: SceneDoc) => void) => void;
}

const livePoseOf = ({ translation, rotation, scale }: LivePose): LivePose => ({
  translation,
  rotation,
  scale,
});

/** Seven digits are what the GPU keeps, and half as long as JSON. What is stored is exact. */
const DIGITS = 7;
const round = (n: number): number => Number(n.toPrecision(DIGITS));
const rounded = ({ translation: t, rotation: r, scale: s }: LivePose): LivePose => ({
  translation: [round(t[0]), round(t[1]), round(t[2])],
  rotation: [round(r[0]), round(r[1]), round(r[2]), round(r[3])],
  scale: [round(s[0]), round(s[1]), round(s[2])],
});

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

  /** Shows nodes at new poses, in the space of their parents. Begins a gesture if none is under way. */
  move(poses: Readonly<Record<string, LivePose>>): void {
    const moved = (this.#moved ??= new Map());
    for (const [id, pose] of Object.entries(poses)) moved.set(id, livePoseOf(pose));
    const shown = Object.entries(poses).map(([id, pose]) => [id, rounded(pose)] as const);
    this.#options.presence.set({
      live: { ...this.#options.presence.self.live, ...Object.fromEntries(shown) },
    });
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
