import { encodeGone, Presence } from './presence.js';
import type { RoomClient } from '../room-client.js';
import { presenceFrame } from '../frames/server-frames.js';
import type { PresenceOwner } from './shared-presence.js';

export interface RoomPresenceOptions {
  /** Clients of this server have changed their presence: other servers are to hear of it. */
  readonly changedHere: (clients: readonly number[]) => void;
  /** A tick is to come that takes what has changed. */
  readonly wake: () => void;
  readonly send: (client: RoomClient, frame: Buffer) => void;
  readonly isHere: (client: RoomClient) => boolean;
  /** Who has written to the document under a client id, where that is known. */
  readonly writerOf: (client: number) => string | undefined;
  /** A client announces an id that another one has. */
  readonly contested: (client: RoomClient, rivals: Iterable<object>) => void;
}

/** The presence of a room, and which of it the next tick has to tell. */
export class RoomPresence {
  readonly states: Presence<PresenceOwner>;
  readonly #options: RoomPresenceOptions;
  #changed = new Set<number>();

  constructor(options: RoomPresenceOptions) {
    this.#options = options;
    this.states = new Presence<PresenceOwner>({
      subjectOf: ({ principal }) => principal.subject,
      writerOf: options.writerOf,
      contested: (owner, rival) => {
        // Of other servers' clients nothing more can be found out here.
        if (options.isHere(owner as RoomClient)) options.contested(owner as RoomClient, [rival]);
      },
    });
  }

  receive(client: RoomClient, update: Uint8Array): void {
    const { changed, outdated } = this.states.receive(client, update);
    this.#changedHere(changed);
    if (outdated.length > 0) this.#options.send(client, presenceFrame(this.states.encode(outdated)));
  }

  leave(client: RoomClient): void {
    this.#changedHere(this.states.leave(client));
  }

  /** All of it. */
  frame(): Buffer {
    return presenceFrame(this.states.encode());
  }

  /** What has changed since it was last taken; undefined when nothing has. */
  takeChanged(): Buffer | undefined {
    if (this.#changed.size === 0) return undefined;
    const update = this.states.encode(this.#changed);
    this.#changed = new Set();
    return presenceFrame(update);
  }

  changed(clients: readonly number[]): void {
    if (clients.length === 0) return;
    for (const client of clients) this.#changed.add(client);
    this.#options.wake();
  }

  /** Clients that come back to somebody who has taken them for gone are told so, and answer with a later clock. */
  outdated(clients: readonly { client: number; clock: number }[]): void {
    for (const { client, clock } of clients) {
      const [known] = this.states.states([client]);
      const owner = known?.owner as RoomClient | undefined;
      if (owner !== undefined && this.#options.isHere(owner))
        this.#options.send(owner, presenceFrame(encodeGone(client, clock)));
    }
  }

  #changedHere(clients: readonly number[]): void {
    this.#options.changedHere(clients);
    this.changed(clients);
  }
}
