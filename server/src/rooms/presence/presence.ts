import { DioramaError, PRESENCE_MAX_BYTES, VALUE_MAX_DEPTH } from '@diorama/shared';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { mayBeSamePerson } from '../../access/principal.js';
import { tooDeepAt } from '../../json/too-deep.js';
import { badFrame } from '../frames/client-frame.js';

/** The state with which y-protocols reports that a client has left. */
const GONE = 'null';

/**
 * Number of departed clients that are remembered, so that neither a late echo of their state nor anybody else brings
 * them back.
 */
const MAX_REMEMBERED = 1_000;

/** What happened to an announced state. */
export type PresenceClaim = 'taken' | 'ignored' | 'outdated';

export interface PresenceOptions<Owner> {
  /** The person behind a connection. Another connection of the same person may take over the id of a half-dead one. */
  readonly subjectOf: (owner: Owner) => string;
  /** Who has written to the document under a client id, if known. */
  readonly writerOf: (client: number) => string | undefined;
  /** A connection announces a client id that another one owns. */
  readonly contested?: (owner: Owner, rival: Owner) => void;
}

interface Entry<Owner> {
  readonly clock: number;
  /** JSON as received. It is parsed once, to check it. */
  readonly state: string;
  readonly owner: Owner;
  readonly subject: string;
}

/** Client ids: those whose state has `changed` for everybody, and `outdated` ones, which the sender must be told. */
export interface PresenceChange {
  readonly changed: readonly number[];
  readonly outdated: readonly number[];
}

/** One client's state. `state` is JSON; undefined if the client has left. */
export interface PresenceState<Owner> {
  readonly client: number;
  readonly clock: number;
  readonly state: string | undefined;
  readonly owner: Owner | undefined;
}

/**
 * The awareness states (y-protocols) of a room, each bound to the connection that owns it.
 *
 * A connection owns the first client id that it announces; nobody else can change or remove its state. What it sends
 * about other ids is ignored, since y-websocket's clients echo everything they receive. `Owner` identifies a
 * connection.
 */
export class Presence<Owner extends object> {
  readonly #entries = new Map<number, Entry<Owner>>();
  readonly #clientOf = new Map<Owner, number>();
  readonly #left = new Map<number, { readonly clock: number; readonly subject: string }>();
  readonly #options: PresenceOptions<Owner>;

  constructor(options: PresenceOptions<Owner>) {
    this.#options = options;
  }

  /** The connection that owns the client id, if it is present. */
  ownerOf(client: number): Owner | undefined {
    return this.#entries.get(client)?.owner;
  }

  get size(): number {
    return this.#entries.size;
  }

  /**
   * Processes an awareness update.
   *
   * A reconnecting client still has the clock from before its departure was announced. It is sent that announcement:
   * clients of y-protocols then announce themselves again with a later clock, and stale echoes stop. Throws
   * `bad_frame`, or `frame_too_large` for a state above {@link PRESENCE_MAX_BYTES}.
   */
  receive(owner: Owner, update: Uint8Array): PresenceChange {
    const decoder = decoding.createDecoder(update);
    const changed: number[] = [];
    const outdated: number[] = [];
    try {
      const count = decoding.readVarUint(decoder);
      for (let at = 0; at < count; at++) {
        const client = decoding.readVarUint(decoder);
        const clock = decoding.readVarUint(decoder);
        const bytes = readState(decoder);
        const claim = this.#decide(owner, client, clock);
        if (claim === 'ignored') continue;
        const state = decodeState(bytes);
        if (claim === 'outdated') {
          if (state !== GONE) outdated.push(client);
        } else if (this.#set(owner, client, clock, state)) changed.push(client);
      }
    } catch (error) {
      if (error instanceof DioramaError) throw error;
      throw badFrame('The awareness update is garbled', error);
    }
    return { changed, outdated };
  }

  /**
   * Processes one client's state from another server, which has checked it. `owner` stands for this client only.
   *
   * Returns `outdated` if, by what is known here, the client left later than that.
   */
  accept(owner: Owner, client: number, clock: number, state: string | undefined): PresenceClaim {
    const claim = this.#decide(owner, client, clock);
    if (claim === 'taken') this.#set(owner, client, clock, state ?? GONE);
    return claim;
  }

  /** The states of `clients`, or of all clients present. */
  states(clients: Iterable<number> = this.#entries.keys()): PresenceState<Owner>[] {
    return [...clients].map((client) => {
      const entry = this.#entries.get(client);
      if (entry === undefined)
        return { client, clock: this.#left.get(client)?.clock ?? 0, state: undefined, owner: undefined };
      return { client, ...entry };
    });
  }

  /** Forgets a connection. Returns the ids of the clients that leave with it. */
  leave(owner: Owner): number[] {
    const client = this.#clientOf.get(owner);
    if (client === undefined) return [];
    this.#clientOf.delete(owner);
    const entry = this.#entries.get(client);
    if (entry?.owner !== owner) return [];
    this.#remove(client, entry, entry.clock + 1);
    return [client];
  }

  /** An awareness update with the states of `clients`, or of all. Departed clients are encoded as such. */
  encode(clients: Iterable<number> = this.#entries.keys()): Uint8Array {
    const ids = [...clients];
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, ids.length);
    for (const client of ids) {
      const entry = this.#entries.get(client);
      encoding.writeVarUint(encoder, client);
      encoding.writeVarUint(encoder, entry?.clock ?? this.#left.get(client)?.clock ?? 0);
      encoding.writeVarString(encoder, entry?.state ?? GONE);
    }
    return encoding.toUint8Array(encoder);
  }

  /** Decides whether `owner` may set the state of `client`, and whether the state at `clock` is new. */
  #decide(owner: Owner, client: number, clock: number): PresenceClaim {
    const own = this.#clientOf.get(owner);
    if (own !== undefined && own !== client) return 'ignored';
    const entry = this.#entries.get(client);
    if (entry === undefined) return this.#decideUnowned(owner, client, clock);
    const mayChange = entry.owner === owner || entry.subject === this.#options.subjectOf(owner);
    // A connection without an id announces its own; later announcements of other ids may be echoes.
    if (!mayChange && own === undefined) this.#options.contested?.(owner, entry.owner);
    return mayChange && clock > entry.clock ? 'taken' : 'ignored';
  }

  /**
   * A client id that nobody owns now goes only to the person who owned it or has written under it; if there is none, to
   * anybody.
   */
  #decideUnowned(owner: Owner, client: number, clock: number): PresenceClaim {
    const left = this.#left.get(client);
    if (left !== undefined && clock <= left.clock) return 'outdated';
    const { subjectOf, writerOf } = this.#options;
    for (const known of [left?.subject, writerOf(client)])
      if (known !== undefined && !mayBeSamePerson(known, subjectOf(owner))) return 'ignored';
    return 'taken';
  }

  #set(owner: Owner, client: number, clock: number, state: string): boolean {
    const entry = this.#entries.get(client);
    if (state === GONE) {
      if (entry !== undefined) this.#remove(client, entry, clock);
      return entry !== undefined;
    }
    if (entry !== undefined && entry.owner !== owner) this.#clientOf.delete(entry.owner);
    this.#clientOf.set(owner, client);
    this.#left.delete(client);
    this.#entries.set(client, { clock, state, owner, subject: this.#options.subjectOf(owner) });
    return true;
  }

  #remove(client: number, { subject }: Entry<Owner>, clock: number): void {
    this.#entries.delete(client);
    this.#left.delete(client);
    this.#left.set(client, { clock, subject });
    if (this.#left.size <= MAX_REMEMBERED) return;
    for (const oldest of this.#left.keys()) {
      this.#left.delete(oldest);
      break;
    }
  }
}

/** An awareness update that reports that a client has left. */
export function encodeGone(client: number, clock: number): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, 1);
  encoding.writeVarUint(encoder, client);
  encoding.writeVarUint(encoder, clock);
  encoding.writeVarString(encoder, GONE);
  return encoding.toUint8Array(encoder);
}

function readState(decoder: decoding.Decoder): Uint8Array {
  const length = decoding.readVarUint(decoder);
  if (length > decoder.arr.byteLength - decoder.pos) throw badFrame('The awareness update is cut off');
  if (length > PRESENCE_MAX_BYTES)
    throw new DioramaError('frame_too_large', `A presence has at most ${PRESENCE_MAX_BYTES} bytes`);
  return decoding.readUint8Array(decoder, length);
}

/**
 * Checked on arrival: clients of y-protocols would throw on a state that is not JSON, and overflow the stack on one
 * that is nested too deeply.
 */
function decodeState(bytes: Uint8Array): string {
  // Each level takes at least two bytes, so short states need no check.
  if (bytes.byteLength > 2 * VALUE_MAX_DEPTH && tooDeepAt(bytes, VALUE_MAX_DEPTH) !== undefined)
    throw badFrame(`A presence is nested at most ${VALUE_MAX_DEPTH} deep`);
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  const value: unknown = JSON.parse(text);
  return value === null ? GONE : text;
}
