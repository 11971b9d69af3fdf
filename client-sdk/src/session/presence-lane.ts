import { PRESENCE_MAX_BYTES, presenceSchema, type Presence } from '@diorama/shared';
import * as decoding from 'lib0/decoding';
import {
  applyAwarenessUpdate,
  Awareness,
  encodeAwarenessUpdate,
  removeAwarenessStates,
} from 'y-protocols/awareness';
import type * as Y from 'yjs';
import { awarenessFrame } from './frames.js';
import type { Clock } from './ports.js';
import type { SessionPresence } from './session-presence.js';

/** 60 Hz. */
const INTERVAL_MS = 1000 / 60;

export interface PresenceLaneOptions {
  readonly doc: Y.Doc;
  readonly clock: Clock;
  readonly initial: Presence;
  readonly send: (frame: Uint8Array<ArrayBuffer>) => void;
  readonly onChange: (others: ReadonlyMap<number, Presence>) => void;
}

type Change = { added: number[]; updated: number[]; removed: number[] };

/** Carries presence over connections that come and go; a session shows `SessionPresence` of it alone. */
export class PresenceLane implements SessionPresence {
  readonly awareness: Awareness;
  readonly #options: PresenceLaneOptions;
  #self: Presence;
  #others: ReadonlyMap<number, Presence> = new Map();
  #sentAt = Number.NEGATIVE_INFINITY;
  #timer: unknown;

  constructor(options: PresenceLaneOptions) {
    this.#options = options;
    this.#self = options.initial;
    this.awareness = new Awareness(options.doc);
    this.awareness.setLocalState(this.#self);
    this.awareness.on('change', (change: Change) => this.#changed(change));
    this.awareness.on('update', (change: Change, origin: unknown) => {
      const own = [...change.added, ...change.updated].includes(this.clientId);
      // The server may still hold us for gone. Awareness then raises our clock, and we have to say that we are here.
      const declaredGone = change.removed.includes(this.clientId) && this.awareness.getLocalState() !== null;
      if ((own && origin === 'local') || declaredGone) this.#sendSelf();
    });
  }

  get clientId(): number {
    return this.awareness.clientID;
  }

  get self(): Presence {
    return this.#self;
  }

  get others(): ReadonlyMap<number, Presence> {
    return this.#others;
  }

  set(patch: Partial<Presence>): void {
    const merged = Object.entries({ ...this.#self, ...patch }).filter(([, value]) => value !== undefined);
    this.#self = Object.fromEntries(merged);
    if (this.#timer !== undefined) return;
    const { clock } = this.#options;
    const waitMs = this.#sentAt + INTERVAL_MS - clock.now();
    if (waitMs <= 0) this.#publish();
    else this.#timer = clock.setTimeout(() => this.#publish(), waitMs);
  }

  /** Shows this client to the server again: peers have forgotten it, and need a newer clock to believe in it. */
  connected(): void {
    this.#publish();
  }

  disconnected(): void {
    const others = [...this.awareness.getStates().keys()].filter((id) => id !== this.clientId);
    removeAwarenessStates(this.awareness, others, 'disconnected');
    // With their clocks kept, we would not believe the same states when the server shows them again.
    for (const id of others) this.awareness.meta.delete(id);
  }

  /** Reads what follows the message type of an `awareness` frame. */
  receive(decoder: decoding.Decoder): void {
    applyAwarenessUpdate(this.awareness, decoding.readVarUint8Array(decoder), this);
  }

  /** Answers a query for presence. */
  answer(): void {
    this.#sendSelf();
  }

  /** Says good-bye. */
  destroy(): void {
    this.#options.clock.clearTimeout(this.#timer);
    removeAwarenessStates(this.awareness, [this.clientId], 'closed');
    this.#sendSelf();
    this.awareness.destroy();
  }

  #publish(): void {
    this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sentAt = this.#options.clock.now();
    this.awareness.setLocalState(sendable(this.#self));
  }

  #sendSelf(): void {
    this.#options.send(awarenessFrame(encodeAwarenessUpdate(this.awareness, [this.clientId])));
  }

  #changed({ added, updated, removed }: Change): void {
    const others = new Map(this.#others);
    for (const id of removed) others.delete(id);
    for (const id of [...added, ...updated])
      if (id !== this.clientId) others.set(id, readPresence(this.awareness.getStates().get(id)));
    if (others.size === 0 && this.#others.size === 0) return;
    this.#others = others;
    this.#options.onChange(others);
  }
}

/** A gesture of very many nodes does not fit: others then see only its end. The rest matters more than that. */
function sendable(presence: Presence): Presence {
  const fits = (state: Presence): boolean =>
    new TextEncoder().encode(JSON.stringify(state)).length <= PRESENCE_MAX_BYTES;
  if (fits(presence)) return presence;
  const { live: _live, ...still } = presence;
  if (fits(still)) return still;
  const { selection: _selection, ...least } = still;
  return fits(least) ? least : {};
}

/** Key by key: one bad value hides nothing else. */
export function readPresence(state: unknown): Presence {
  if (typeof state !== 'object' || state === null) return {};
  const read = Object.entries(state).filter(
    ([key, value]) =>
      !Object.hasOwn(presenceSchema.shape, key) ||
      presenceSchema.shape[key as keyof typeof presenceSchema.shape].safeParse(value).success,
  );
  return Object.fromEntries(read);
}
