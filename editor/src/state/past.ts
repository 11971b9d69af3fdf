import { applyDocument, SceneDoc, type Version, type VersionWithDocument } from '@diorama/shared';
import * as Y from 'yjs';

import { Listeners } from './listeners.js';

/** A version that is looked at, as a document of its own, which nobody edits. */
export interface LookedAt {
  readonly version: Version;
  readonly scene: SceneDoc;
}

/** Which version is looked at in place of the scene as it is; null for the scene. */
export class Past {
  readonly #listeners = new Listeners();
  #value: LookedAt | null = null;

  readonly get = (): LookedAt | null => this.#value;

  readonly subscribe = (callback: () => void): (() => void) => this.#listeners.add(callback);

  show({ document, ...version }: VersionWithDocument): void {
    const doc = new Y.Doc();
    applyDocument(doc, document);
    this.#set({ version, scene: new SceneDoc(doc) });
  }

  /** Back to now. Returns whether a version was looked at. */
  leave(): boolean {
    if (this.#value === null) return false;
    this.#set(null);
    return true;
  }

  #set(value: LookedAt | null): void {
    const before = this.#value;
    this.#value = value && Object.freeze(value);
    this.#listeners.call();
    before?.scene.doc.destroy();
  }
}
