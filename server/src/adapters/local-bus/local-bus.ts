import { randomUUID } from 'node:crypto';
import type { Bus, BusListener, BusReceiver, ServerId } from '../../rooms/bus/bus.js';

/** A bus within one process: of the one server of a machine, or of several that a test runs side by side. */
export class LocalBus {
  readonly #members = new Set<LocalBusMember>();

  /** A server joins. */
  join(): LocalBusMember {
    const member = new LocalBusMember(this.#members);
    this.#members.add(member);
    return member;
  }
}

export class LocalBusMember implements Bus {
  readonly name = 'in process';
  readonly id: ServerId = randomUUID();
  readonly #members: Set<LocalBusMember>;
  readonly #receivers = new Map<string, BusReceiver>();
  readonly #listeners = new Set<BusListener>();

  constructor(members: Set<LocalBusMember>) {
    this.#members = members;
  }

  get isShared(): boolean {
    return this.#members.size > 1;
  }

  get isConnected(): boolean {
    return true;
  }

  async subscribe(sceneId: string, receive: BusReceiver): Promise<() => void> {
    this.#receivers.set(sceneId, receive);
    return () => {
      if (this.#receivers.get(sceneId) === receive) this.#receivers.delete(sceneId);
    };
  }

  publish(sceneId: string, message: Uint8Array): void {
    for (const member of this.#members) {
      if (member === this) continue;
      // Later, as from a network: nobody is called back while they publish.
      setImmediate(() => member.#receivers.get(sceneId)?.(message, this.id));
    }
  }

  watch(listener: BusListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async check(): Promise<void> {}

  async close(): Promise<void> {
    this.#members.delete(this);
    this.#receivers.clear();
    this.#listeners.clear();
    for (const member of this.#members) for (const listener of member.#listeners) listener.gone(this.id);
  }
}
