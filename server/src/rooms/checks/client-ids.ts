import * as Y from 'yjs';
import type { DecodedUpdate } from './update-check.js';

/**
 * The person behind a connection. Connections of one person may use each other's client ids, so a reconnecting client
 * keeps its id.
 */
interface Owner {
  readonly subject: string;
}

interface Writer extends Owner {
  /** Connections that first wrote under this id. */
  readonly senders: Set<object>;
}

/** Called when `sender` writes under an id that others have written under: `writers` are their connections. */
export type Contested = (sender: object, id: number, writers: Iterable<object>) => void;

/** Ids of writers who have left, kept so that nobody else can announce them before the writers come back. */
const MAX_REMEMBERED = 10_000;

/**
 * Tracks which connected person owns which Yjs client id.
 *
 * Yjs does not authenticate client ids. Whoever writes under somebody else's id makes that person's next edits look
 * like known ones, and they are lost.
 */
export class ClientIds {
  readonly #doc: Y.Doc;
  readonly #announcedBy: (id: number) => Owner | undefined;
  readonly #contested: Contested;
  readonly #writers = new Map<number, Writer>();
  readonly #idOf = new WeakMap<object, number>();
  /** The last writer of each id, including those who have left. */
  readonly #lastWriter = new Map<number, string>();

  /** `announcedBy` returns whose presence uses the id. */
  constructor(
    doc: Y.Doc,
    announcedBy: (id: number) => Owner | undefined,
    contested: Contested = () => undefined,
  ) {
    this.#doc = doc;
    this.#contested = contested;
    this.#announcedBy = announcedBy;
  }

  /** The ids of others under which `update` adds something; undefined if there are none. */
  takenIn(update: DecodedUpdate, sender: object, subject: string): ReadonlySet<number> | undefined {
    let taken: Set<number> | undefined;
    const own = this.#idOf.get(sender);
    let seen: number | undefined;
    let fresh: number | undefined;
    let ids = 0;
    for (const struct of update.structs) {
      const { client, clock } = struct.id;
      // The sender's own id needs no check, and neither do further structs of an id that was just checked.
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
   * The ids of others whose future clocks `update` deletes; undefined if there are none.
   *
   * Yjs keeps such deletions: whatever is written under these ids later would be deleted at once.
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

  /** Whether this is the id that the connection first wrote under. */
  isOwn(sender: object, id: number): boolean {
    return this.#idOf.get(sender) === id;
  }

  /** The last writer under an id, if still remembered. */
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
    // Only the server itself writes under its own id.
    if (id === this.#doc.clientID) return true;
    const writer = this.#writers.get(id);
    if (writer !== undefined) return writer.subject !== subject;
    // A former writer of the id takes precedence over whoever announces it now.
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

/** The clock after the last struct of a client in the update. */
function endOf({ structs }: DecodedUpdate, client: number): number {
  let end = 0;
  for (const { id, length } of structs) if (id.client === client) end = Math.max(end, id.clock + length);
  return end;
}
