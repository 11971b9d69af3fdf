import type { LocalBusMember } from '../../server/src/adapters/local-bus/local-bus.js';
import type { Bus, BusListener, BusReceiver } from '../../server/src/rooms/bus/bus.js';

/** A server's place on a bus that a test can make lose messages, as a network would, with the real one below. */
export class LossyBus implements Bus {
  readonly #bus: LocalBusMember;
  readonly #others: ReadonlySet<LossyBus>;
  readonly #listeners = new Set<BusListener>();
  #isCut = false;
  /** Whether a message that is published gets lost, and nobody is told. */
  loses: () => boolean = () => false;

  constructor(bus: LocalBusMember, others: ReadonlySet<LossyBus>) {
    this.#bus = bus;
    this.#others = others;
  }

  get name(): string {
    return this.#bus.name;
  }

  get isShared(): boolean {
    return true;
  }

  get isConnected(): boolean {
    return !this.#isCut;
  }

  /** Nothing gets in or out from now on; the server is told, and the others hear nothing from it any more. */
  cut(): void {
    if (this.#isCut) return;
    this.#isCut = true;
    for (const listener of [...this.#listeners]) listener.lost();
    for (const other of this.#others)
      if (other !== this && !other.#isCut)
        for (const listener of [...other.#listeners]) listener.gone(this.#bus.id);
  }

  heal(): void {
    if (!this.#isCut) return;
    this.#isCut = false;
    for (const listener of [...this.#listeners]) listener.regained();
  }

  subscribe(sceneId: string, receive: BusReceiver): Promise<() => void> {
    return this.#bus.subscribe(sceneId, (message, from) => {
      if (!this.#isCut) receive(message, from);
    });
  }

  publish(sceneId: string, message: Uint8Array): void {
    if (!this.#isCut && !this.loses()) this.#bus.publish(sceneId, message);
  }

  watch(listener: BusListener): () => void {
    this.#listeners.add(listener);
    const unwatch = this.#bus.watch(listener);
    return () => {
      unwatch();
      this.#listeners.delete(listener);
    };
  }

  check(): Promise<void> {
    return this.#bus.check();
  }

  close(): Promise<void> {
    return this.#bus.close();
  }
}
