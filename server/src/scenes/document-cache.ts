import { documentToJson } from '@diorama/shared';
import type * as Y from 'yjs';

/** A document as REST shows it. */
export interface EncodedDocument {
  readonly name: string;
  readonly nodeCount: number;
  /** The document as JSON text. */
  readonly json: string;
}

/** Converting and encoding fewer takes a few milliseconds. */
const LEAST_NODES = 500;
/** A document of 10,000 nodes has 3 MB of text. */
const MOST_DOCUMENTS = 8;

/**
 * The text of large documents, made once for as long as they do not change.
 *
 * To make it of 10,000 nodes holds up all other rooms for a tenth of a second, and pipelines ask for the same scene again and again.
 */
export class DocumentCache {
  /** The least recently used first. */
  readonly #kept = new Map<Y.Doc, EncodedDocument>();

  /** What `doc` holds now. To be called outside of transactions. */
  read(doc: Y.Doc): EncodedDocument {
    const known = this.#kept.get(doc);
    if (known !== undefined) {
      this.#kept.delete(doc);
      this.#kept.set(doc, known);
      return known;
    }
    const document = documentToJson(doc);
    const nodeCount = Object.keys(document.nodes).length;
    const encoded = { name: document.scene.name, nodeCount, json: JSON.stringify(document) };
    if (nodeCount >= LEAST_NODES) this.#keep(doc, encoded);
    return encoded;
  }

  #keep(doc: Y.Doc, encoded: EncodedDocument): void {
    const forget = (): void => {
      doc.off('beforeTransaction', forget);
      doc.off('destroy', forget);
      this.#kept.delete(doc);
    };
    doc.on('beforeTransaction', forget);
    doc.on('destroy', forget);
    this.#kept.set(doc, encoded);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MOST_DOCUMENTS) break;
      this.#kept.delete(oldest);
    }
  }
}
