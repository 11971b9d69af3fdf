import { createHash } from 'node:crypto';

/** Number of deleted entries that the room remembers, so that the deletion can be taken back. */
const MAX_REMEMBERED = 2_000;

/**
 * Remembers recently deleted messages. Undoing a deletion writes messages that are signed by others, which is forbidden
 * otherwise (CHK-22).
 */
export class DeletedMessages {
  readonly #known = new Set<string>();

  author(thread: string, author: string): void {
    if (author !== '') this.#add(keyOf(thread, author));
  }

  hasAuthor(thread: string, author: string): boolean {
    return this.#known.has(keyOf(thread, author));
  }

  messages(thread: string, messages: readonly unknown[]): void {
    for (const message of messages) this.#add(keyOf(thread, fingerprint(message)));
  }

  hasMessage(thread: string, message: unknown): boolean {
    return this.#known.size > 0 && this.#known.has(keyOf(thread, fingerprint(message)));
  }

  #add(key: string): void {
    this.#known.delete(key);
    this.#known.add(key);
    if (this.#known.size <= MAX_REMEMBERED) return;
    for (const oldest of this.#known) {
      this.#known.delete(oldest);
      break;
    }
  }
}

/** Equal for messages with the same keys and values in any order. */
export const fingerprint = (message: unknown): string =>
  JSON.stringify(
    typeof message === 'object' && message !== null
      ? Object.entries(message).sort(([a], [b]) => (a < b ? -1 : 1))
      : message,
  );

const keyOf = (thread: string, what: string): string =>
  createHash('sha256')
    .update(JSON.stringify([thread, what]))
    .digest('base64');
