import type { ServerId } from '../bus/bus.js';
import type { BusMessage, SharedPresence } from '../bus/bus-messages.js';
import type { Presence } from './presence.js';

/** The presence of a connection to another server. */
export interface ForeignClient {
  readonly principal: { readonly subject: string };
  readonly server: ServerId;
  readonly stream: number;
}

/** An owner of a presence state. */
export interface PresenceOwner {
  readonly principal: { readonly subject: string };
}

/**
 * Exchanges presence with other servers: tracks their clients, and collects what to tell them about the clients here.
 */
export class SharedPresences {
  readonly #presence: Presence<PresenceOwner>;
  readonly #foreign = new Map<number, ForeignClient>();
  /** Clients of this server whose changed state has not been published. */
  #changed = new Set<number>();

  constructor(presence: Presence<PresenceOwner>) {
    this.#presence = presence;
  }

  /** The states of clients here have changed. */
  changed(clients: Iterable<number>): void {
    for (const client of clients) this.#changed.add(client);
  }

  /** The changes to publish since the last call. */
  takeChanged(): BusMessage | undefined {
    if (this.#changed.size === 0) return undefined;
    const states = this.#ours(this.#changed);
    this.#changed = new Set();
    return states.length === 0 ? undefined : { kind: 'presence', all: false, states };
  }

  /** The states of all clients here. */
  all(): BusMessage {
    this.#changed = new Set();
    return { kind: 'presence', all: true, states: this.#ours(undefined) };
  }

  /**
   * Processes states from another server. Returns the changed ids, and the outdated ones with the clock known here,
   * which the other server must be told.
   */
  receive(
    server: ServerId,
    stream: number,
    message: Extract<BusMessage, { kind: 'presence' }>,
  ): { changed: number[]; outdated: { client: number; clock: number }[] } {
    const changed: number[] = [];
    const outdated: number[] = [];
    const named = new Set(message.states.map(({ client }) => client));
    for (const { client, clock, state, subject } of message.states) {
      const known = this.#foreign.get(client);
      if (state === undefined) {
        if (known?.stream === stream) changed.push(...this.#drop(client, known));
        continue;
      }
      const isOurs = known?.stream === stream && known.principal.subject === subject;
      const owner = isOurs ? known : { principal: { subject }, server, stream };
      const claim = this.#presence.accept(owner, client, clock, state);
      if (claim === 'outdated') outdated.push(client);
      if (claim !== 'taken') continue;
      this.#foreign.set(client, owner);
      changed.push(client);
    }
    if (message.all) {
      for (const [client, owner] of this.#foreign)
        if (owner.stream === stream && !named.has(client)) changed.push(...this.#drop(client, owner));
    }
    const clocks = this.#presence.states(outdated).map(({ client, clock }) => ({ client, clock }));
    return { changed, outdated: clocks };
  }

  /** Forgets clients of other servers. Returns the ids of those that are gone. */
  leave(which: (client: ForeignClient) => boolean): number[] {
    return [...this.#foreign].flatMap(([client, owner]) => (which(owner) ? this.#drop(client, owner) : []));
  }

  #drop(client: number, owner: ForeignClient): number[] {
    this.#foreign.delete(client);
    return this.#presence.leave(owner);
  }

  #ours(clients: Iterable<number> | undefined): SharedPresence[] {
    return this.#presence.states(clients).flatMap(({ client, clock, state, owner }) => {
      // States of another server are published by that server itself.
      if (owner !== undefined && this.#foreign.get(client) === owner) return [];
      return [{ client, clock, state, subject: owner?.principal.subject ?? '' }];
    });
  }
}
