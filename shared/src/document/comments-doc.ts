import * as Y from 'yjs';
import { DioramaError } from '../errors/diorama-error.js';
import { issuesOf } from '../errors/zod-issues.js';
import { isNodeId, newKey } from '../ids.js';
import {
  commentMessageSchema,
  commentThreadSchema,
  type CommentMessage,
  type CommentThread,
} from '../scene/comment.js';
import { readCommentThread } from './read.js';

/** Who says what, and when (RFC 3339). */
export type CommentInput = Omit<CommentMessage, 'id'>;

/**
 * Typed access to a scene's comment threads: the one part of the document that commenters may write.
 *
 * A thread's messages are a Y.Array, so that two people who answer at the same time are both heard. Reading never throws; writing
 * throws `invalid_document`.
 */
export class CommentsDoc {
  readonly #doc: Y.Doc;

  constructor(doc: Y.Doc) {
    this.#doc = doc;
  }

  thread(id: string): CommentThread | undefined {
    return readCommentThread(this.#map.get(id));
  }

  threads(): Map<string, CommentThread> {
    const found = new Map<string, CommentThread>();
    for (const [id, value] of this.#map) {
      const thread = isNodeId(id) ? readCommentThread(value) : undefined;
      if (thread !== undefined) found.set(id, thread);
    }
    return found;
  }

  /** Begins a thread at a point of a node (its local space) or, without a node, of the scene; returns its id. */
  open(first: CommentInput, anchor?: CommentThread['anchor'], id: string = newKey()): string {
    const message = checkedMessage(first);
    const parsed = commentThreadSchema.shape.anchor.safeParse(anchor);
    if (!parsed.success)
      throw new DioramaError('invalid_document', 'The anchor breaks the schema', {
        issues: issuesOf(parsed.error, ['anchor']),
      });
    const thread = new Y.Map<unknown>([
      ['anchor', parsed.data],
      ['author', first.author],
      ['messages', Y.Array.from([message])],
    ]);
    this.#map.set(id, thread);
    return id;
  }

  /** Adds a message at the end of a thread; returns the message's id. */
  reply(threadId: string, input: CommentInput): string {
    const message = checkedMessage(input);
    const thread = this.#thread(threadId);
    const messages = thread.get('messages');
    if (messages instanceof Y.Array) messages.push([message]);
    // A foreign client may have left the messages out, or written them as plain JSON.
    else thread.set('messages', Y.Array.from([...(this.thread(threadId)?.messages ?? []), message]));
    return message.id;
  }

  setResolved(threadId: string, resolved: boolean): void {
    const thread = this.#thread(threadId);
    if ((this.thread(threadId)?.resolved ?? false) !== resolved) thread.set('resolved', resolved);
  }

  remove(threadId: string): void {
    this.#map.delete(threadId);
  }

  get #map(): Y.Map<unknown> {
    return this.#doc.getMap('comments');
  }

  #thread(id: string): Y.Map<unknown> {
    const thread = this.#map.get(id);
    if (!(thread instanceof Y.Map))
      throw new DioramaError('invalid_document', `There is no comment thread ${id}`);
    return thread as Y.Map<unknown>;
  }
}

function checkedMessage(input: CommentInput): CommentMessage {
  const parsed = commentMessageSchema.safeParse({ ...input, id: newKey() });
  if (parsed.success) return parsed.data;
  throw new DioramaError('invalid_document', 'The comment breaks the schema', {
    issues: issuesOf(parsed.error),
  });
}
