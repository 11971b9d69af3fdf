import type { CommentsDoc, CommentThread } from '@diorama/shared';

import type { CommentsState } from './comments-state.js';

export type Anchor = CommentThread['anchor'];

/** The most messages that a thread holds. */
export const THREAD_MESSAGES_MAX = 1000;
/** The longest text of a message, in UTF-16 units. */
export const TEXT_MAX_LENGTH = 16_384;

/** The SDK's session, as far as comments need it. */
export interface CommentWrites {
  /** One change of comments. Undo passes over it: others answer in a thread that one opened. */
  comment<T>(write: (comments: CommentsDoc) => T): T;
}

export interface CommentActionsOptions {
  readonly writes: CommentWrites;
  readonly state: CommentsState;
  /** What one's messages are signed with. */
  readonly author: () => string;
  readonly now: () => Date;
}

/** What a person does to comments. Each throws what the session throws, such as `read_only`. */
export class CommentActions {
  readonly #options: CommentActionsOptions;

  constructor(options: CommentActionsOptions) {
    this.#options = options;
  }

  /** Writes the comment whose place was chosen, and shows it. Nothing without a place or a text. */
  open(text: string): void {
    const { state, writes } = this.#options;
    const { draft } = state.value;
    const first = this.#message(text);
    if (draft === null || first === null) return;
    const id = writes.comment((comments) => comments.open(first, draft));
    state.set({ draft: null, active: id, shown: 'open' });
  }

  reply(thread: string, text: string): void {
    const message = this.#message(text);
    if (message !== null) this.#options.writes.comment((comments) => comments.reply(thread, message));
  }

  /** Whether the person has begun the thread: commenters resolve no others. */
  isMine({ author }: Pick<CommentThread, 'author'>): boolean {
    return author === this.#options.author();
  }

  setResolved(thread: string, resolved: boolean): void {
    this.#options.writes.comment((comments) => comments.setResolved(thread, resolved));
  }

  remove(thread: string): void {
    this.#options.writes.comment((comments) => comments.remove(thread));
  }

  #message(text: string) {
    const trimmed = text.trim();
    if (trimmed === '') return null;
    const { author, now } = this.#options;
    return { author: author().slice(0, 256), text: trimmed, createdAt: now().toISOString() };
  }
}
