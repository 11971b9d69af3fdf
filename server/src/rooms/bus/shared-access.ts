import { DioramaError } from '@diorama/shared';
import * as Y from 'yjs';
import type { Principal } from '../../access/principal.js';
import type { SceneProjection } from '../../log/batch.js';
import { decodeStored } from '../../log/load.js';
import type { SceneLog } from '../../log/scene-log.js';
import { inTime } from '../drain.js';
import type { LiveDocument } from '../document/live-document.js';
import { projectionOf } from '../document/scene-projection.js';
import type { SceneLink } from './scene-link.js';
import type { AtSeq, EditOptions } from '../scene-rooms.js';
import { requireKnownSchema } from '../checks/write-rights.js';

/** What reads and edits at known positions need of a room that other servers have open too. */
export interface SharedRoom {
  readonly sceneId: string;
  readonly document: LiveDocument;
  readonly link: SceneLink;
  readonly log: SceneLog;
  /** Whether everything that was written here is committed. */
  readonly isStored: () => boolean;
  readonly stored: () => Promise<number>;
  /** Throws if the room has been closed meanwhile. */
  readonly requireOpen: () => void;
}

/** While others write continuously, there may be no moment at which a position covers the document exactly. */
const EXACT_WAIT_MS = 250;
/** The caller has given up by then. */
const STORED_WAIT_MS = 20_000;
/** How long a row that another server committed may take to arrive before the log is read. */
const ARRIVAL_WAIT_MS = 50;

/** Reads the document when it is exactly what the log holds. If that does not happen soon, reads the log instead. */
export async function readShared<T>(room: SharedRoom, look: (doc: Y.Doc) => T): Promise<AtSeq<T>> {
  await reachHead(room);
  if (await becomesExact(room)) return { value: look(room.document.doc), seq: room.link.position };
  const stored = await room.log.read(room.sceneId);
  const doc = new Y.Doc();
  doc.transact(() => decodeStored(doc, stored));
  const value = look(doc);
  doc.destroy();
  return { value, seq: stored.seq };
}

/** Changes the document. `exact` is false if others wrote between what `change` saw and the returned position. */
export async function editShared<T>(
  room: SharedRoom,
  principal: Principal,
  change: (doc: Y.Doc) => T,
  options: EditOptions,
): Promise<AtSeq<T>> {
  await reachHead(room);
  if (options.ifSeq !== undefined) return editAt(room, principal, change, options, options.ifSeq);
  requireWritable(room);
  const { link, log } = room;
  // This server's rows are consecutive and this edit is the last of them, unless other servers wrote in between.
  const before = link.isExact ? link.position - link.ownRows : undefined;
  const value = room.document.change(principal, change, options.committedWith);
  log.seal(room.sceneId);
  const seq = await awaitStored(room.stored());
  return { value, seq, exact: before !== undefined && seq === before + link.ownRows };
}

/** Commits the edit only as the row right after `seq`, and applies it only then, since the commit may be refused. */
async function editAt<T>(
  room: SharedRoom,
  principal: Principal,
  change: (doc: Y.Doc) => T,
  options: EditOptions,
  seq: number,
): Promise<AtSeq<T>> {
  const moved = (): DioramaError =>
    new DioramaError('precondition_failed', `The scene is at ${room.link.position}, not at ${seq}`);
  if (!(await becomesExact(room)) || room.link.position !== seq) throw moved();
  requireWritable(room);
  const { value, update, projection } = changeCopy(room.document.doc, change);
  if (update === undefined) {
    if ((await room.log.head(room.sceneId)) !== seq) throw moved();
    return { value, seq };
  }
  const commit = room.log.appendAt(room.sceneId, update, seq, projection, options.committedWith);
  room.link.appended(commit);
  let committed: number;
  try {
    committed = await commit;
  } catch (error) {
    room.link.abandoned();
    throw error;
  }
  room.requireOpen();
  room.document.applyStored(update, principal);
  room.link.committed(committed);
  return { value, seq: committed };
}

/** Makes the change on a copy and returns it as an update of the original; undefined if it changes nothing. */
function changeCopy<T>(
  doc: Y.Doc,
  change: (doc: Y.Doc) => T,
): { value: T; update: Uint8Array | undefined; projection: () => SceneProjection } {
  const copy = new Y.Doc();
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
  let update: Uint8Array | undefined;
  copy.on('update', (made: Uint8Array) => (update = made));
  const value = copy.transact(() => change(copy));
  const projection = projectionOf(copy);
  copy.destroy();
  return { value, update, projection: () => projection };
}

/** Throws if the room has been closed, its scene has a newer schema, or the log takes no more. */
export function requireWritable({ document, log, requireOpen }: SharedRoom): void {
  requireOpen();
  requireKnownSchema(document.doc);
  requireStoring(log);
}

/** A REST caller cannot be shown that an edit waits for the database, so the edit is refused instead. */
export function requireStoring(log: SceneLog): void {
  if (log.isFull || log.isAway)
    throw new DioramaError('storage_unavailable', 'The database takes nothing for now');
}

/**
 * Waits for the commit. Throws `storage_unavailable` if it takes too long; the edit is still committed later unless the
 * server dies.
 */
export async function awaitStored(stored: Promise<number>): Promise<number> {
  if (await inTime(stored, STORED_WAIT_MS)) return stored;
  throw new DioramaError(
    'storage_unavailable',
    'The database does not answer; the edit is shown and not stored yet',
  );
}

/** Waits until the document holds everything committed so far: who wrote on another server must find it here. */
async function reachHead(room: SharedRoom): Promise<void> {
  const { link, log, sceneId } = room;
  const head = await log.head(sceneId);
  link.headIs(head);
  await waitUntil(room, ARRIVAL_WAIT_MS, () => link.position >= head);
  if (link.position < head) await link.catchUp();
  room.requireOpen();
}

/** Whether the document became exactly what the log holds, within the time limit. */
const becomesExact = (room: SharedRoom): Promise<boolean> =>
  waitUntil(room, EXACT_WAIT_MS, () => room.isStored() && room.link.isExact);

async function waitUntil(room: SharedRoom, milliseconds: number, holds: () => boolean): Promise<boolean> {
  const until = performance.now() + milliseconds;
  for (;;) {
    room.requireOpen();
    if (holds()) return true;
    const left = until - performance.now();
    if (left <= 0) return false;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => (timer = setTimeout(resolve, left)));
    await Promise.race([room.link.moved(), timeout]);
    clearTimeout(timer);
  }
}
