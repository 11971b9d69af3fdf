import {
  commentMessageSchema,
  commentThreadSchema,
  isSignedBy,
  readCommentThread,
  type CommentMessage,
  type CommentThread,
  type OperationOf,
} from '@diorama/shared';
import type { Done, OperationContext } from './context.js';
import { fault } from './fault.js';
import { requireRoomFor } from './item-roots.js';

type Comment = OperationOf<'comment'>;

/** Opens a thread, answers in one, or says that it is settled. */
export function comment(context: OperationContext, operation: Comment): Done {
  const { draft } = context;
  switch (operation.action) {
    case 'open': {
      const id = operation.id ?? context.newId();
      requireRoomFor(draft, 'comment', id);
      const { node } = operation.anchor;
      if (node !== null && draft.node(node) === undefined)
        throw fault(['anchor', 'node'], 'unknown_id', `There is no node ${node}`);
      const message = newMessage(context, operation.text);
      draft.put('comments', id, { anchor: operation.anchor, author: message.author, messages: [message] });
      return { id, message_id: message.id };
    }
    case 'reply': {
      const { messages } = threadOf(context, operation.thread);
      const message = newMessage(context, operation.text);
      const grown = [...messages, message];
      if (!commentThreadSchema.shape.messages.safeParse(grown).success)
        throw fault(['thread'], 'over_budget', `The thread is full: ${messages.length} messages`);
      draft.write('comments', operation.thread, { messages: grown });
      return { id: operation.thread, message_id: message.id };
    }
    case 'resolve': {
      const { resolved, author } = threadOf(context, operation.thread);
      if (!context.mayEdit && !isSignedBy(context.author, author))
        throw fault(['thread'], 'not_author', 'Commenters resolve the threads that they began');
      if (resolved !== operation.resolved)
        draft.write('comments', operation.thread, { resolved: operation.resolved });
      return { id: operation.thread };
    }
  }
}

function threadOf({ draft }: OperationContext, id: string): CommentThread {
  const item = draft.item('comments', id);
  const thread = item && readCommentThread(item);
  if (thread === undefined) throw fault(['thread'], 'unknown_id', `There is no comment thread ${id}`);
  return thread;
}

const newMessage = (context: OperationContext, text: string): CommentMessage =>
  commentMessageSchema.parse({
    id: context.newId(),
    author: context.author.name || context.author.subject,
    text,
    createdAt: context.now,
  });
