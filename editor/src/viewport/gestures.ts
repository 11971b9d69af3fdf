import type { LivePose, SceneNode } from '@diorama/shared';
import type { SceneSession } from '@diorama/client-sdk';

import { Listeners } from '../state/listeners.js';

export interface GesturesOptions {
  readonly session: Pick<SceneSession, 'live'>;
  readonly node: (id: string) => SceneNode | undefined;
  readonly canEdit: () => boolean;
  /** Shows a node at a pose, in its parent's space; null is the document's pose again. */
  readonly show: (id: string, pose: LivePose | null) => void;
  /** Where somebody else's gesture under way shows a node. */
  readonly othersPose: (id: string) => LivePose | undefined;
}

/** This person's drag: shown here at once, to others by presence, and written once when it ends. */
export class Gestures {
  readonly #options: GesturesOptions;
  readonly #poses = new Map<string, LivePose>();
  readonly #listeners = new Listeners();
  #active = false;
  #version = 0;

  constructor(options: GesturesOptions) {
    this.#options = options;
  }

  get active(): boolean {
    return this.#active;
  }

  get version(): number {
    return this.#version;
  }

  /** Where a node is in the gesture under way. */
  pose(id: string): LivePose | undefined {
    return this.#poses.get(id);
  }

  /** A node's pose in anybody's gesture under way. */
  shownPose(id: string): LivePose | undefined {
    return this.#poses.get(id) ?? this.#options.othersPose(id);
  }

  onChange(callback: () => void): () => void {
    return this.#listeners.add(callback);
  }

  /** Returns false when nothing may be edited now. */
  begin(): boolean {
    if (this.#active) this.commit();
    if (!this.#options.canEdit()) return false;
    this.#active = true;
    this.#options.session.live.begin();
    return true;
  }

  move(poses: Readonly<Record<string, LivePose>>): void {
    // It may have been given up meanwhile, by Escape or because the role changed.
    if (!this.#active) return;
    for (const [id, pose] of Object.entries(poses)) {
      this.#poses.set(id, pose);
      this.#options.show(id, pose);
    }
    this.#options.session.live.move(poses);
    this.#changed();
  }

  commit(): void {
    this.#end(() => this.#options.session.live.commit());
  }

  cancel(): boolean {
    const wasActive = this.#active;
    this.#end(() => this.#options.session.live.cancel());
    return wasActive;
  }

  /** Part of a gesture that is made elsewhere, such as in the inspector. */
  scrub(id: string, patch: Partial<LivePose>): void {
    if (!this.#active && !this.begin()) return;
    const pose = this.#poseWith(id, patch);
    if (pose !== undefined) this.move({ [id]: pose });
  }

  endScrub(keep: boolean): void {
    if (keep) this.commit();
    else this.cancel();
  }

  /** Part of a pose, over what the node has now. */
  #poseWith(id: string, patch: Partial<LivePose>): LivePose | undefined {
    const from = this.#poses.get(id) ?? this.#options.node(id)?.pose;
    if (from === undefined) return undefined;
    return { translation: from.translation, rotation: from.rotation, scale: from.scale, ...patch };
  }

  #end(finish: () => void): void {
    if (!this.#active) return;
    this.#active = false;
    try {
      finish();
    } finally {
      const ids = [...this.#poses.keys()];
      this.#poses.clear();
      for (const id of ids) this.#options.show(id, null);
      this.#changed();
    }
  }

  #changed(): void {
    this.#version++;
    this.#listeners.call();
  }
}
