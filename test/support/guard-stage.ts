import { expect } from 'vitest';
import * as Y from 'yjs';
import type { DioramaError, Role } from '@diorama/shared';
import { DocumentGuard } from '../../server/src/rooms/checks/document-guard.js';
import { DocumentSize } from '../../server/src/rooms/checks/document-size.js';
import { decodeChecked } from '../../server/src/rooms/checks/update-check.js';

/** Somebody who is connected. */
export interface Person {
  readonly connection: object;
  readonly subject: string;
  readonly name: string;
  readonly role: Role;
}

export const person = (subject: string, role: Role = 'editor', name = subject): Person => ({
  connection: {},
  subject,
  name,
  role,
});

export const EVE = person('eve');
export const BOB = person('bob');

export const POSE = {
  parent: null,
  order: 'a0',
  translation: [1, 2, 3],
  rotation: [0, 0, 0, 1],
  scale: [1, 1, 1],
};

interface StageOptions {
  readonly maxBytes?: number;
  readonly now?: () => number;
}

/** A document behind the guard, somebody who writes to it and somebody who watches. */
export class Stage {
  readonly server = new Y.Doc();
  readonly guard: DocumentGuard;
  readonly sender = new Y.Doc();
  readonly other = new Y.Doc();
  /** Every state of the scene that the other one has seen. */
  readonly seen: unknown[] = [];
  readonly frames: Uint8Array[] = [];
  /** Who has announced which client id. */
  readonly announced = new Map<number, { subject: string }>();
  readonly #replicas = [this.other, this.sender];

  constructor(
    fill?: (doc: Y.Doc) => void,
    { maxBytes = 64 * 1024 * 1024, now = () => performance.now() }: StageOptions = {},
  ) {
    const before = new Y.Doc();
    if (fill) before.transact(() => fill(before));
    for (const doc of [this.server, this.sender, this.other])
      Y.applyUpdate(doc, Y.encodeStateAsUpdate(before));
    const size = new DocumentSize({ doc: () => this.server, bytes: 0, maxBytes, now });
    this.server.on('update', (update: Uint8Array) => size.grew(update.byteLength));
    this.guard = new DocumentGuard({
      doc: this.server,
      size,
      announcedBy: (id) => this.announced.get(id),
    });
    this.server.on('update', (update: Uint8Array) => this.frames.push(update));
    this.other.on('afterTransaction', () => this.seen.push(raw(this.other)));
  }

  /** Another replica, which gets what the server relays if it is `connected`. */
  join({ connected = false } = {}): Y.Doc {
    const doc = new Y.Doc();
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(this.server));
    if (connected) this.#replicas.push(doc);
    return doc;
  }

  /** The sender writes, the server takes it in, and everybody gets what it relays. */
  send(write: (doc: Y.Doc) => void): DioramaError | undefined {
    return this.sendFrom(this.sender, EVE, write);
  }

  /** The same from another replica, and by somebody else. */
  sendFrom(doc: Y.Doc, sender: Person, write: (doc: Y.Doc) => void): DioramaError | undefined {
    return this.receive(updateOf(doc, write), sender);
  }

  receive(update: Uint8Array, sender: Person = EVE): DioramaError | undefined {
    const intake = this.guard.admit(update, decodeChecked(update), sender);
    this.frames.length = 0;
    this.server.transact((transaction) => {
      Y.applyUpdate(this.server, intake.update);
      intake.correct(transaction, sender);
    });
    for (const frame of this.frames) for (const replica of this.#replicas) Y.applyUpdate(replica, frame);
    return intake.objections()[0]?.error;
  }

  expectSame(): void {
    for (const replica of this.#replicas) expect(raw(replica)).toEqual(raw(this.server));
  }
}

/** What `write` adds to `doc`, as one update. */
export function updateOf(doc: Y.Doc, write: (doc: Y.Doc) => void): Uint8Array {
  const before = Y.encodeStateVector(doc);
  const updates: Uint8Array[] = [];
  const listen = (update: Uint8Array): void => void updates.push(update);
  doc.on('update', listen);
  doc.transact(() => write(doc));
  doc.off('update', listen);
  return updates[0] ?? Y.encodeStateAsUpdate(doc, before);
}

const ROOTS = ['scene', 'nodes', 'materials', 'animations', 'comments'];

/** What a document holds, as plain JSON. */
export const raw = (doc: Y.Doc): Record<string, unknown> =>
  Object.fromEntries(ROOTS.map((root) => [root, doc.getMap(root).toJSON()]));

export const nodes = (doc: Y.Doc): Y.Map<unknown> => doc.getMap('nodes');
export const node = (doc: Y.Doc, id = 'n1'): Y.Map<unknown> => nodes(doc).get(id) as Y.Map<unknown>;

/** A Y.Map with these entries. */
export const mapOf = (entries: Readonly<Record<string, unknown>>): Y.Map<unknown> =>
  new Y.Map(Object.entries(entries));

export const box = (doc: Y.Doc, id = 'n1'): void => {
  nodes(doc).set(id, mapOf({ kind: 'primitive', name: 'Box', pose: POSE }));
};

export const light = (doc: Y.Doc): void => {
  nodes(doc).set('n1', mapOf({ kind: 'light', geometry: 'a rock', pose: POSE }));
};
