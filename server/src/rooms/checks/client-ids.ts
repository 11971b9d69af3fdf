import * as Y from 'yjs';
import type { DecodedUpdate } from './update-check.js';

/** Whose connection it is. Connections of one person may use each other's ids: who comes back keeps theirs. */
interface Owner {
  readonly subject: string;
}

interface Writer extends Owner {
  /** Connections that have written under the id first. */
  readonly senders: Set<object>;
}

/** Is told who writes under an id that others, these connections, have written under. */
export type Contested = (sender: object, id: number, writers: Iterable<object>) => void;

/** Ids of writers who have left, so that others cannot announce them as their own before they come back. */
const MAX_REMEMBERED = 10_000;

/**
 * Whose each Yjs client id is, of those who are connected.
 *
 * Yjs takes what an id has written as it comes: whoever writes under somebody else's id makes that person's next edits look known
 * already, and they are lost.
 */
export class ClientIds {
  readonly #doc: Y.Doc;
  readonly #announcedBy: (id: number) => Owner | undefined;
  readonly #contested: Contested;
  readonly #writers = new Map<number, Writer>();
  readonly #idOf = new WeakMap<object, number>();
  /** The last who wrote under an id, also when they have left. */
  readonly #lastWriter = new Map<number, string>();

  /** `announcedBy` says whose presence has the id. */
  constructor(
    doc: Y.Doc,
    announcedBy: (id: number) => Owner | undefined,
    contested: Contested = () => undefined,
  ) {
    this.#doc = doc;
    this.#contested = contested;
    this.#announcedBy = announcedBy;
  }

  /** The ids of others under which `update` adds something; undefined when there are none. */
  takenIn(update: DecodedUpdate, sender: object, subject: string): ReadonlySet<number> | undefined {
    let taken: Set<number> | undefined;
    const own = this.#idOf.get(sender);
    let seen: number | undefined;
    let fresh: number | undefined;
    let ids = 0;
    for (const struct of update.structs) {
      const { client, clock } = struct.id;
      // Its own id is its own, and what has been seen of another one tells nothing more.
      if (client === own || client === seen || struct instanceof Y.Skip) continue;
      const state = Y.getState(this.#doc.store, client);
      if (clock + struct.length <= state) continue;
      seen = client;
      ids++;
      if (this.#isOthers(client, subject)) {
        (taken ??= new Set()).add(client);
        this.#contested(sender, client, this.#writers.get(client)?.senders ?? []);
      } else if (state === 0 || this.#lastWriter.get(client) === subject) fresh = client;
    }
    if (own === undefined && fresh !== undefined && ids === 1) this.#bind(sender, subject, fresh);
    return taken;
  }

  /**
   * The ids of others of which `update` deletes what they have not written yet; undefined when there are none.
   *
   * Yjs keeps such deletions, and whatever somebody writes under these ids from then on is gone at once.
   */
  deletedAhead(update: DecodedUpdate, sender: object, subject: string): ReadonlySet<number> | undefined {
    let ahead: Set<number> | undefined;
    for (const [client, ranges] of update.ds.clients) {
      const state = Y.getState(this.#doc.store, client);
      if (client === this.#idOf.get(sender) || !ranges.some(({ clock, len }) => clock + len > state))
        continue;
      const brought = endOf(update, client);
      if (!ranges.some(({ clock, len }) => clock + len > Math.max(state, brought))) continue;
      const isOwn = this.#lastWriter.get(client) === subject;
      if (this.#isOthers(client, subject) || (state > 0 && !isOwn)) (ahead ??= new Set()).add(client);
    }
    return ahead;
  }

  /** Whether the id is the one that the connection has first written under. */
  isOwn(sender: object, id: number): boolean {
    return this.#idOf.get(sender) === id;
  }

  /** The last who wrote under an id, as far as that is remembered. */
  writerOf(id: number): string | undefined {
    return this.#lastWriter.get(id);
  }

  leave(sender: object): void {
    const id = this.#idOf.get(sender);
    const writer = id === undefined ? undefined : this.#writers.get(id);
    if (id === undefined || writer === undefined) return;
    this.#idOf.delete(sender);
    writer.senders.delete(sender);
    if (writer.senders.size === 0) this.#writers.delete(id);
  }

  #isOthers(id: number, subject: string): boolean {
    // What the server itself writes, nobody else does.
    if (id === this.#doc.clientID) return true;
    const writer = this.#writers.get(id);
    if (writer !== undefined) return writer.subject !== subject;
    // Whoever wrote under it before is believed more than whoever announces it now.
    if (this.#lastWriter.get(id) === subject) return false;
    const announced = this.#announcedBy(id);
    return announced !== undefined && announced.subject !== subject;
  }

  #bind(sender: object, subject: string, id: number): void {
    this.#idOf.set(sender, id);
    const writer = this.#writers.get(id) ?? { subject, senders: new Set() };
    writer.senders.add(sender);
    this.#writers.set(id, writer);
    this.#lastWriter.delete(id);
    this.#lastWriter.set(id, subject);
    if (this.#lastWriter.size <= MAX_REMEMBERED) return;
    for (const oldest of this.#lastWriter.keys()) {
      this.#lastWriter.delete(oldest);
      break;
    }
  }
}

/** Behind the last that the update itself brings of a client. */
function endOf({ structs }: DecodedUpdate, client: number): number {
  let end = 0;
  for (const { id, length } of structs) if (id.client === client) end = Math.max(end, id.clock + length);
  return end;
}
