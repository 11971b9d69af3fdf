import type { LivePose } from '@diorama/shared';
import { Quaternion, Vector3 } from 'three';

export interface OthersLiveOptions {
  readonly targets: () => ReadonlyMap<string, LivePose>;
  /** Nodes that this person drags show this person's poses. */
  readonly isOwn: (id: string) => boolean;
  readonly start: (id: string) => LivePose | undefined;
  readonly show: (id: string, pose: LivePose | null) => void;
}

/** Seconds in which about two thirds of the way to a new pose are gone. */
const TIME_CONSTANT = 0.05;
const CLOSE = 1e-4;

/** What others drag, moved smoothly between the poses that arrive. */
export class OthersLive {
  readonly #options: OthersLiveOptions;
  readonly #shown = new Map<string, LivePose>();

  constructor(options: OthersLiveOptions) {
    this.#options = options;
  }

  /** One frame; returns whether something still moves. */
  step(seconds: number): boolean {
    const { targets, isOwn, start, show } = this.#options;
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

const distance = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? 0))));

const isClose = (a: LivePose, b: LivePose): boolean =>
  Math.max(
    distance(a.translation, b.translation),
    distance(a.rotation, b.rotation),
    distance(a.scale, b.scale),
  ) < CLOSE;

const between = (a: LivePose, b: LivePose, weight: number): LivePose => ({
  translation: new Vector3(...a.translation).lerp(new Vector3(...b.translation), weight).toArray(),
  rotation: new Quaternion(...a.rotation).slerp(new Quaternion(...b.rotation), weight).toArray(),
  scale: new Vector3(...a.scale).lerp(new Vector3(...b.scale), weight).toArray(),
});
