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

/**
 * Receives the messages of other servers on a scene. It listens before the scene is loaded and buffers messages until
 * the room exists.
 */
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

  /** The room exists: delivers the buffered messages, and later ones directly. */
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
