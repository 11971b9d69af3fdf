import type { CommentThread } from '@diorama/shared';

import { Listeners } from '../state/listeners.js';

/** What one person sees of the comments; nothing of it is stored in the scene. */
export interface CommentsView {
  /** Whether the next click in the view says where a comment goes. */
  readonly placing: boolean;
  /** Where the comment goes that is being written. */
  readonly draft: CommentThread['anchor'] | null;
  /** The thread that is open. */
  readonly active: string | null;
  readonly shown: 'open' | 'resolved';
  readonly panel: boolean;
}

export class CommentsState {
  readonly #listeners = new Listeners();
  #value: CommentsView = Object.freeze({
    placing: false,
    draft: null,
    active: null,
    shown: 'open',
    panel: false,
  });

  get value(): CommentsView {
    return this.#value;
  }

  readonly get = (): CommentsView => this.#value;

  readonly subscribe = (callback: () => void): (() => void) => this.#listeners.add(callback);

  set(patch: Partial<CommentsView>): void {
    this.#value = Object.freeze({ ...this.#value, ...patch });
    this.#listeners.call();
  }

  /** A place has been chosen: what is written next goes there. */
  place(draft: CommentThread['anchor']): void {
    this.set({ placing: false, draft, active: null, panel: true });
  }

  /** Opens a thread in the panel, in the list that holds it. */
  show(id: string, thread: CommentThread): void {
    this.set({ placing: false, active: id, panel: true, shown: thread.resolved ? 'resolved' : 'open' });
  }

  /** Gives up what is under way: choosing a place, then writing, then reading. Returns whether anything was. */
  escape(): boolean {
    const { placing, draft, active } = this.#value;
    if (placing) this.set({ placing: false });
    else if (draft !== null) this.set({ draft: null });
    else if (active !== null) this.set({ active: null });
    else return false;
    return true;
  }
}
