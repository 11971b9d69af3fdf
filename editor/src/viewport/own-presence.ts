import type { SceneSession } from '@diorama/client-sdk';
import type { Vec3 } from '@diorama/shared';

import type { Navigation } from './navigation.js';

/** Milliseconds between two looks at where the pointer meets the scene: each costs a ray through every triangle. */
const CURSOR_INTERVAL_MS = 50;
const VIEW_INTERVAL_MS = 100;

/** Tells others where this person points to and looks from; only while there is somebody to tell. */
export class OwnPresence {
  readonly #session: SceneSession;
  readonly #navigation: Pick<Navigation, 'view'>;
  readonly #pointAt: (clientX: number, clientY: number) => Vec3 | null;
  #pointer: { readonly x: number; readonly y: number } | null = null;
  #cursorTimer: number | undefined;
  #viewTimer: number | undefined;

  constructor(
    session: SceneSession,
    navigation: Pick<Navigation, 'view'>,
    pointAt: (clientX: number, clientY: number) => Vec3 | null,
  ) {
    this.#session = session;
    this.#navigation = navigation;
    this.#pointAt = pointAt;
  }

  pointerAt(x: number, y: number): void {
    this.#pointer = { x, y };
    if (!this.#hasCompany()) return;
    this.#cursorTimer ??= window.setTimeout(() => {
      this.#cursorTimer = undefined;
      if (this.#pointer !== null)
        this.#session.presence.set({ cursor: this.#pointAt(this.#pointer.x, this.#pointer.y) });
    }, CURSOR_INTERVAL_MS);
  }

  pointerLeft(): void {
    this.#pointer = null;
    if (this.#session.presence.self.cursor) this.#session.presence.set({ cursor: null });
  }

  viewMoved(): void {
    this.#viewTimer ??= window.setTimeout(() => {
      this.#viewTimer = undefined;
      // Also when alone: whoever comes next may want to go to this view.
      this.#session.presence.set({ view: this.#navigation.view });
    }, VIEW_INTERVAL_MS);
  }

  dispose(): void {
    window.clearTimeout(this.#cursorTimer);
    window.clearTimeout(this.#viewTimer);
  }

  #hasCompany(): boolean {
    return this.#session.presence.others.size > 0;
  }
}
