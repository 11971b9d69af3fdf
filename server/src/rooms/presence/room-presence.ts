import { encodeGone, Presence } from './presence.js';
import type { RoomClient } from '../room-client.js';
import { presenceFrame } from '../frames/server-frames.js';
import type { PresenceOwner } from './shared-presence.js';

export interface RoomPresenceOptions {
  /** Clients of this server have changed their presence, which other servers must be told. */
  readonly changedHere: (clients: readonly number[]) => void;
  /** Schedules a tick that takes the changes. */
  readonly wake: () => void;
  readonly send: (client: RoomClient, frame: Buffer) => void;
  readonly isHere: (client: RoomClient) => boolean;
  /** Who has written to the document under a client id, if known. */
  readonly writerOf: (client: number) => string | undefined;
  /** A client announces an id that another one owns. */
  readonly contested: (client: RoomClient, rivals: Iterable<object>) => void;
}

/** The presence of a room, and which of it has changed since the last tick. */
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
        // Clients of other servers cannot be probed here.
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

  /** All presence. */
  frame(): Buffer {
    return presenceFrame(this.states.encode());
  }

  /** What has changed since the last call; undefined if nothing has. */
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

  /**
   * Reports clients here as departed that another server takes for departed, so that they announce themselves with a
   * later clock.
   */
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
