import * as Y from 'yjs';
import type { Logger } from '../../observability/logger.js';
import type { DocumentSize } from '../checks/document-size.js';
import { isEmptyStateVector, type LiveDocument } from '../document/live-document.js';
import { step1Frame, updateFrame } from '../frames/server-frames.js';
import type { RoomPresence } from '../presence/room-presence.js';
import type { RoomClient } from '../room-client.js';
import type { JoinQueue } from './join-queue.js';

export interface CatchUpOptions {
  readonly clients: ReadonlySet<RoomClient>;
  readonly document: LiveDocument;
  readonly size: DocumentSize;
  readonly presence: RoomPresence;
  /** Shared by all rooms of the process. */
  readonly joins: JoinQueue;
  /** Applies what was received and not applied yet. */
  readonly flush: () => void;
  readonly logger: Logger;
}

/** To send so much takes a millisecond; of a larger scene, and where fifty come at once, all other rooms would wait. */
const LARGE_BYTES = 256 * 1024;

/** Sends clients what they lack of a room: when they come, when they ask, and when they have fallen behind. */
export class CatchUp {
  readonly #options: CatchUpOptions;

  constructor(options: CatchUpOptions) {
    this.#options = options;
  }

  /** Asks a client that has come for what the scene lacks, and shows it who is there. */
  greet(client: RoomClient): void {
    const { document, presence } = this.#options;
    client.write(step1Frame(Y.encodeStateVector(document.doc)));
    if (presence.states.size > 0) client.write(presence.frame());
  }

  /** Answers a client's state vector with what it lacks. */
  answer(client: RoomClient, stateVector: Uint8Array): void {
    const { clients, document, size, joins, flush, logger } = this.#options;
    const send = (): void => {
      if (!clients.has(client)) return;
      flush();
      client.write(...document.framesSince(stateVector));
    };
    const failed = (error: unknown): void => {
      logger.error({ err: error }, 'a client could not be sent the scene');
      client.close('internal');
    };
    // Any other state vector may be malformed, which its sender has to hear.
    if (isEmptyStateVector(stateVector) && size.estimate >= LARGE_BYTES) joins.add({ client, send, failed });
    else send();
  }

  /** Brings a client up to date that was sent what is stored, at that mark, before the room was open. */
  afterStored(client: RoomClient, mark: number): void {
    client.write(...this.#options.document.framesAfterStored(mark));
  }

  /** Brings clients up to date that had fallen behind; `update`, if given, holds all that they lack of the document. */
  afterLag(clients: readonly RoomClient[], update: Uint8Array | undefined): void {
    const presence = this.#options.presence.frame();
    const frames = update === undefined ? [presence] : [updateFrame(update), presence];
    for (const client of clients) client.write(...frames);
  }

  /** Sends a client all presence. */
  sendPresence(client: RoomClient): void {
    client.write(this.#options.presence.frame());
  }
}
