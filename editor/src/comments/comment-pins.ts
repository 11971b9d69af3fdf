import type { CommentThread, Vec3 } from '@diorama/shared';
import { type Camera, Vector3 } from 'three';

import { colorOfName, initialsOf } from '../people/person.js';
import type { CommentStore } from './comment-store.js';
import type { CommentsState } from './comments-state.js';
import classes from './comments.module.css';
import { pinLabel } from './thread-list.js';

export interface CommentPinsOptions {
  readonly store: CommentStore;
  readonly state: CommentsState;
  /** Where an anchor is in the world now; null when its node is not there. */
  readonly worldOf: (anchor: CommentThread['anchor']) => Vec3 | null;
}

interface Pin {
  readonly element: HTMLElement;
  anchor: CommentThread['anchor'];
}

/** Where comments are, over the picture: buttons that open their threads and go with the nodes they stand on. */
export class CommentPins {
  readonly element = document.createElement('div');
  readonly #options: CommentPinsOptions;
  readonly #pins = new Map<string, Pin>();
  #draft: Pin | null = null;

  constructor(options: CommentPinsOptions) {
    this.#options = options;
    this.element.className = classes.pins ?? '';
    this.element.setAttribute('role', 'group');
    this.element.setAttribute('aria-label', 'Comments in the view');
  }

  /** Shows the threads that are open, the one that is being read, and the place of the one that is being written. */
  update(): void {
    const { store, state } = this.#options;
    const { active, shown, panel, draft } = state.value;
    const showsResolved = panel && shown === 'resolved';
    const threads = store.threads();
    for (const [id, { element }] of this.#pins) {
      if (threads.has(id)) continue;
      element.remove();
      this.#pins.delete(id);
    }
    for (const [id, thread] of threads) {
      const isShown = thread.messages.length > 0 && (thread.resolved === showsResolved || id === active);
      const pin = this.#pins.get(id) ?? this.#newPin(id);
      pin.anchor = thread.anchor;
      pin.element.hidden = !isShown;
      paint(pin.element, thread, id === active);
    }
    this.#showDraft(draft);
  }

  /** Puts the pins where the camera sees them. */
  place(camera: Camera, width: number, height: number): void {
    for (const { element, anchor } of [...this.#pins.values(), ...(this.#draft ? [this.#draft] : [])]) {
      if (element.hidden) continue;
      const world = this.#options.worldOf(anchor);
      const at = world && new Vector3(...world).project(camera);
      const inView = at !== null && at.z > -1 && at.z < 1 && Math.abs(at.x) <= 1 && Math.abs(at.y) <= 1;
      // Also out of the way of the keyboard: a pin that nobody sees is no place to stand on.
      element.style.display = inView ? '' : 'none';
      if (inView)
        element.style.transform = `translate(${((at.x + 1) / 2) * width}px, ${((1 - at.y) / 2) * height}px)`;
    }
  }

  #newPin(id: string): Pin {
    const element = document.createElement('button');
    element.type = 'button';
    element.className = classes.pin ?? '';
    element.dataset.testid = 'comment-pin';
    element.append(document.createElement('span'));
    element.addEventListener('click', () => {
      const { store, state } = this.#options;
      const thread = store.threads().get(id);
      if (thread !== undefined) state.show(id, thread);
    });
    const pin: Pin = { element, anchor: { node: null, point: [0, 0, 0] } };
    this.element.append(element);
    this.#pins.set(id, pin);
    return pin;
  }

  #showDraft(anchor: CommentThread['anchor'] | null): void {
    if (anchor === null) {
      this.#draft?.element.remove();
      this.#draft = null;
      return;
    }
    if (this.#draft !== null) {
      this.#draft.anchor = anchor;
      return;
    }
    const element = document.createElement('div');
    element.className = `${classes.pin} ${classes.draftPin}`;
    element.dataset.testid = 'draft-pin';
    element.setAttribute('aria-hidden', 'true');
    const mark = document.createElement('span');
    mark.textContent = '+';
    element.append(mark);
    this.element.append(element);
    this.#draft = { element, anchor };
  }
}

function paint(element: HTMLElement, thread: CommentThread, isActive: boolean): void {
  const label = pinLabel(thread);
  element.style.setProperty('--person', colorOfName(thread.author));
  element.dataset.active = String(isActive);
  element.dataset.resolved = String(thread.resolved);
  element.setAttribute('aria-label', label);
  element.setAttribute('aria-pressed', String(isActive));
  element.title = label;
  const mark = element.firstElementChild;
  if (mark !== null) mark.textContent = thread.resolved ? '✓' : initialsOf(thread.author);
}
