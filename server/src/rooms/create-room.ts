import { decodeStored } from '../log/load.js';
import { applyUpdate } from '../log/update-decoder.js';
import type { LinkedRoom } from './bus/linked-room.js';
import { DocumentSize } from './checks/document-size.js';
import { Acknowledgements } from './document/acknowledgements.js';
import { stateForCompaction } from './document/compaction-state.js';
import { DocumentIntake } from './document/document-intake.js';
import { LiveDocument } from './document/live-document.js';
import { ProjectionRepair } from './document/projection-repair.js';
import { projectionOf } from './document/scene-projection.js';
import { CatchUp } from './fan-out/catch-up.js';
import { Delivery } from './fan-out/delivery.js';
import { ClientIdConflicts } from './presence/client-id-conflicts.js';
import { RoomPresence } from './presence/room-presence.js';
import { RoomAccess } from './room-access.js';
import type { RoomClient } from './room-client.js';
import type { RoomOptions } from './room-options.js';
import { Room } from './room.js';

/**
 * Builds the parts of a room and connects them.
 *
 * Each part stands after those it is built from. A callback may name a part that follows: it is called only once all
 * of them exist.
 */
export function createRoom(options: RoomOptions): Room {
  const { sceneId, doc, fullState, link, log, logger, metrics, limits } = options;
  const clients = new Set<RoomClient>();

  const repair = new ProjectionRepair({
    isExact: () => room.isStored && link.isExact,
    write: () => log.project(sceneId, link.position, projectionOf(doc)),
    failed: (error) => logger.warn({ err: error, scene: sceneId }, 'name and number of nodes'),
  });

  const conflicts = new ClientIdConflicts({ clients, ask: (client) => intake.ask(client) });
  const presence: RoomPresence = new RoomPresence({
    changedHere: (ids) => link.presenceChanged(ids),
    wake: () => delivery.presenceChanged(),
    send: (client, frame) => delivery.toOne(client, frame),
    isHere: (client) => clients.has(client),
    writerOf: (id) => intake.writerOf(id),
    contested: (client, rivals) => conflicts.resolve(client, rivals),
  });

  const delivery = new Delivery({
    clients,
    limits,
    metrics,
    pace: options.pace,
    doc: () => document.doc,
    takeIn: () => intake.flush(),
    takePresence: () => presence.takeChanged(),
    catchUp: (behind, update) => catchUp.afterLag(behind, update),
    writtenVector: () => document.relayedVector(),
    backlog: () => document.heldBacklog + log.backlog,
  });

  const acknowledgements = new Acknowledgements({
    // An update may build on what other servers have not committed yet.
    saved: (client, frames) =>
      link.whenCommitted(() => {
        const frame = clients.has(client) ? client.savedFrame(frames) : undefined;
        if (frame !== undefined) delivery.toOne(client, frame);
      }),
    committed: (seq, commit) => {
      document.committed(commit);
      link.committed(seq);
      intake.committed();
    },
    failed: (error) => room.fail(error),
  });

  const document = new LiveDocument({
    sceneId,
    doc,
    fullState,
    log,
    relayHoldMs: limits.relayHoldMs,
    observer: options.observer,
    grew: (bytes) => size.grew(bytes),
    appended: (commit) => {
      link.appended(commit);
      acknowledgements.appended(commit);
    },
    relay: ({ update, frame }, origin) => {
      link.relayed(update);
      delivery.toAll(frame, origin);
    },
    show: ({ frame }) => {
      repair.touched();
      delivery.toAll(frame, undefined);
    },
    deferred: (update) => link.relayed(update),
    failed: (error) => room.fail(error),
  });
  const size = new DocumentSize({
    doc: () => document.doc,
    bytes: fullState.bytes,
    maxBytes: limits.sceneMaxBytes,
    now: () => performance.now(),
  });
  metrics.documentOpened(size);

  const intake: DocumentIntake = new DocumentIntake({
    document,
    log,
    acknowledgements,
    metrics,
    guard: {
      size,
      announcedBy: (id) => presence.states.ownerOf(id)?.principal,
      contested: (client, id, writers) =>
        conflicts.resolve(client as RoomClient, [...writers, presence.states.ownerOf(id)]),
    },
    send: (client, frame) => delivery.toOne(client, frame),
    received: () => delivery.received(),
    taken: () => delivery.tickIfOverdue(),
    guarded: (apply) => room.guarded(apply),
  });
  const catchUp = new CatchUp({
    clients,
    document,
    size,
    presence,
    joins: options.joins,
    flush: () => intake.flush(),
    logger,
  });
  const access = new RoomAccess({
    sceneId,
    document,
    link,
    log,
    flush: () => intake.flush(),
    isSceneFull: () => intake.isSceneFull,
    isStored: () => room.isStored,
    stored: () => room.stored(),
    requireOpen: () => room.requireOpen(),
  });

  const room: Room = new Room({
    sceneId,
    clients,
    access,
    catchUp,
    document,
    size,
    intake,
    acknowledgements,
    presence,
    delivery,
    link,
    repair,
    logger,
    metrics,
  });
  link.attach(linkedRoom(options, { room, document, presence }), options.seq);
  log.offer(sceneId, () => stateForCompaction(document.doc, link.position));
  return room;
}

/** What the link to other servers may do to the room. */
function linkedRoom(
  { sceneId, log, evicted, accessChanged }: RoomOptions,
  { room, document, presence }: { room: Room; document: LiveDocument; presence: RoomPresence },
): LinkedRoom {
  return {
    presence: presence.states,
    applyForeign: (updates) =>
      room.guarded(() =>
        document.applyForeign((doc) => {
          for (const update of updates) applyUpdate(doc, update);
        }),
      ),
    applyStored: (stored) => room.guarded(() => document.applyForeign((doc) => decodeStored(doc, stored))),
    adopt: (updates) => document.adopt(updates),
    isStoring: () => !log.isAway,
    readLog: (after) => log.readAfter(sceneId, after),
    presenceChanged: (clients) => presence.changed(clients),
    presenceOutdated: (clients) => presence.outdated(clients),
    accessChanged,
    evict: (code) => evicted(code),
  };
}
