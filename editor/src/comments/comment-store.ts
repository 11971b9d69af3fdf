import { CommentsDoc, type CommentThread } from '@diorama/shared';
import type * as Y from 'yjs';

import { Listeners } from '../state/listeners.js';

/** The comment threads of the scene as they are, by id; the same map until one changes. */
export class CommentStore {
  readonly #listeners = new Listeners();
  #doc: Y.Doc;
  #threads: ReadonlyMap<string, CommentThread> | null = null;
  #stop: () => void;

  constructor(doc: Y.Doc) {
    this.#doc = doc;
    this.#stop = this.#bind(doc);
  }

  readonly threads = (): ReadonlyMap<string, CommentThread> =>
    (this.#threads ??= new CommentsDoc(this.#doc).threads());

  readonly subscribe = (callback: () => void): (() => void) => this.#listeners.add(callback);

  /** Reads another document from now on: the SDK gives a fresh one when the server has refused an edit. */
  rebind(doc: Y.Doc): void {
    this.#stop();
    this.#doc = doc;
    this.#stop = this.#bind(doc);
    this.#changed();
  }

  dispose(): void {
    this.#stop();
  }

  #bind(doc: Y.Doc): () => void {
    const map = doc.getMap('comments');
    const onChange = () => this.#changed();
    map.observeDeep(onChange);
    return () => map.unobserveDeep(onChange);
  }

  #changed(): void {
    this.#threads = null;
    this.#listeners.call();
  }
}
