import type * as Y from 'yjs';

const same = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && Buffer.compare(a, b) === 0);

/** Watches the pending structs and deletions of a Yjs document, whose dependencies have not arrived. */
export class UnresolvedUpdates {
  readonly #doc: Y.Doc;
  #structs: Uint8Array | undefined;
  #deletions: Uint8Array | undefined;

  constructor(doc: Y.Doc) {
    this.#doc = doc;
    this.take();
  }

  /** Returns whether anything became pending since the last call. */
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
