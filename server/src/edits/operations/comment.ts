import {
  COMMENT_MESSAGES_MAX,
  commentMessageSchema,
  commentThreadSchema,
  isSignedBy,
  readKey,
  type CommentMessage,
  type OperationOf,
} from '@diorama/shared';
import type { StoredItem } from '../draft.js';
import type { Done, OperationContext } from './context.js';
import { fault } from './fault.js';
import { requireRoomFor } from './item-roots.js';

type Comment = OperationOf<'comment'>;

const SHAPE = commentThreadSchema.shape;

/** Opens a thread, answers in one, or says that it is settled. */
export function comment(context: OperationContext, operation: Comment): Done {
  const { draft } = context;
  switch (operation.action) {
    case 'open': {
      const id = operation.id ?? context.newId();
      requireRoomFor(draft, 'comment', id);
      const { node } = operation.anchor;
      if (node !== null && draft.pose(node) === undefined)
        throw fault(['anchor', 'node'], 'unknown_id', `There is no node ${node}`);
      const message = newMessage(context, operation.text);
      draft.put('comments', id, { anchor: operation.anchor, author: message.author, messages: [message] });
      return { id, message_id: message.id };
    }
    case 'reply': {
      const messages = messagesOf(threadOf(context, operation.thread));
      if (messages.length >= COMMENT_MESSAGES_MAX)
        throw fault(['thread'], 'over_budget', `The thread is full: ${messages.length} messages`);
      const message = newMessage(context, operation.text);
      const grown = [...messages, message];
      readBefore.add(grown);
      draft.write('comments', operation.thread, { messages: grown });
      return { id: operation.thread, message_id: message.id };
    }
    case 'resolve': {
      const thread = threadOf(context, operation.thread);
      const author = readKey(SHAPE, 'author', thread['author']) as string;
      if (!context.mayEdit && !isSignedBy(context.author, author))
        throw fault(['thread'], 'not_author', 'Commenters resolve the threads that they began');
      if (readKey(SHAPE, 'resolved', thread['resolved']) !== operation.resolved)
        draft.write('comments', operation.thread, { resolved: operation.resolved });
      return { id: operation.thread };
    }
  }
}

function threadOf({ draft }: OperationContext, id: string): StoredItem {
  const item = draft.item('comments', id);
  if (item === undefined) throw fault(['thread'], 'unknown_id', `There is no comment thread ${id}`);
  return item;
}

/** Messages that were made here out of good ones: a thread of a thousand is not read anew for each answer. */
const readBefore = new WeakSet<object>();

function messagesOf({ messages }: StoredItem): readonly CommentMessage[] {
  if (Array.isArray(messages) && readBefore.has(messages)) return messages as CommentMessage[];
  return readKey(SHAPE, 'messages', messages) as CommentMessage[];
}

const newMessage = (context: OperationContext, text: string): CommentMessage =>
  commentMessageSchema.parse({
    id: context.newId(),
    author: context.author.name || context.author.subject,
    text,
    createdAt: context.now,
  });
