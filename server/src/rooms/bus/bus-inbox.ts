import type { Bus, ServerId } from './bus.js';
import { decodeEnvelope, type BusEnvelope } from './bus-messages.js';

export interface BusInboxOptions {
  readonly sceneId: string;
  readonly bus: Bus;
  readonly received: (bytes: number) => void;
}

type Take = (envelope: BusEnvelope, from: ServerId) => void;

interface Kept {
  readonly message: Uint8Array;
  readonly from: ServerId;
}

/** What other servers say of a scene. It listens since before the scene is loaded; what comes meanwhile is kept for the room. */
export class BusInbox {
  readonly #options: BusInboxOptions;
  #kept: Kept[] = [];
  #take: Take | undefined;
  #unsubscribe: () => void = () => undefined;
  #closed = false;

  constructor(options: BusInboxOptions) {
    this.#options = options;
  }

  async subscribe(): Promise<void> {
    const { bus, sceneId } = this.#options;
    this.#unsubscribe = await bus.subscribe(sceneId, (message, from) => this.#receive(message, from));
    if (this.#closed) this.#unsubscribe();
  }

  /** There is a room, which takes what has come so far and all that comes from now on. */
  open(take: Take): void {
    this.#take = take;
    const kept = this.#kept;
    this.#kept = [];
    for (const { message, from } of kept) this.#receive(message, from);
  }

  close(): void {
    this.#closed = true;
    this.#unsubscribe();
  }

  #receive(message: Uint8Array, from: ServerId): void {
    if (this.#closed) return;
    if (this.#take === undefined) {
      this.#kept.push({ message, from });
      return;
    }
    this.#options.received(message.byteLength);
    const envelope = decodeEnvelope(message);
    if (envelope !== undefined) this.#take(envelope, from);
  }
}
