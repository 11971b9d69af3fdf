import type * as Y from 'yjs';

const same = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && Buffer.compare(a, b) === 0);

/** Watches what Yjs holds back because something that it depends on has not arrived. */
export class UnresolvedUpdates {
  readonly #doc: Y.Doc;
  #structs: Uint8Array | undefined;
  #deletions: Uint8Array | undefined;

  constructor(doc: Y.Doc) {
    this.#doc = doc;
    this.take();
  }

  /** Whether more, or something else, is held back than at the last call. */
  take(): boolean {
    const structs = this.#doc.store.pendingStructs?.update;
    const deletions = this.#doc.store.pendingDs ?? undefined;
    const grown =
      (structs !== undefined && !same(structs, this.#structs)) ||
      (deletions !== undefined && !same(deletions, this.#deletions));
    this.#structs = structs;
    this.#deletions = deletions;
    return grown;
  }
}
