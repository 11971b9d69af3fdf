import type { ErrorCode } from '@diorama/shared';
import type { Bus } from './bus.js';
import { encodeEnvelope, type BusMessage } from './bus-messages.js';

/** Bound of the scenes that are announced late; other servers detect further changes through their log watch. */
const MOST_UNTOLD = 1_000;

/** Tells servers that have a scene open about changes by a server that need not have it open. */
export class Announcements {
  readonly #bus: Bus;
  readonly #unwatch: () => void;
  /** Scenes whose roles changed here while the bus was disconnected. */
  readonly #untold = new Set<string>();

  constructor(bus: Bus) {
    this.#bus = bus;
    this.#unwatch = bus.watch({
      regained: () => this.#tellLate(),
      lost: () => undefined,
      gone: () => undefined,
    });
  }

  /** Access to the scene has changed here. */
  accessChanged(sceneId: string): void {
    if (this.#bus.isConnected) this.#tell(sceneId, { kind: 'access-changed' });
    else if (this.#bus.isShared && this.#untold.size < MOST_UNTOLD) this.#untold.add(sceneId);
  }

  /** Closes all connections of the scene with the code. */
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
