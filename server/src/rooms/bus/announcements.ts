import type { ErrorCode } from '@diorama/shared';
import type { Bus } from './bus.js';
import { encodeEnvelope, type BusMessage } from './bus-messages.js';

/** Scenes of which others are told late; of more they find out by themselves. */
const MOST_UNTOLD = 1_000;

/** What the servers that have a scene open are told by one that need not have it open itself. */
export class Announcements {
  readonly #bus: Bus;
  readonly #unwatch: () => void;
  /** Scenes on which roles have changed here while other servers could not be told. */
  readonly #untold = new Set<string>();

  constructor(bus: Bus) {
    this.#bus = bus;
    this.#unwatch = bus.watch({
      regained: () => this.#tellLate(),
      lost: () => undefined,
      gone: () => undefined,
    });
  }

  /** Who may do what on the scene has changed here. */
  accessChanged(sceneId: string): void {
    if (this.#bus.isConnected) this.#tell(sceneId, { kind: 'access-changed' });
    else if (this.#bus.isShared && this.#untold.size < MOST_UNTOLD) this.#untold.add(sceneId);
  }

  /** All connections of the scene are to be closed with the code. */
  evict(sceneId: string, code: ErrorCode): void {
    this.#tell(sceneId, { kind: 'evict', code });
  }

  close(): void {
    this.#unwatch();
  }

  #tellLate(): void {
    const untold = [...this.#untold];
    this.#untold.clear();
    for (const sceneId of untold) this.accessChanged(sceneId);
  }

  #tell(sceneId: string, message: BusMessage): void {
    if (this.#bus.isShared)
      this.#bus.publish(sceneId, encodeEnvelope({ stream: 0, count: 0, messages: [message] }));
  }
}
