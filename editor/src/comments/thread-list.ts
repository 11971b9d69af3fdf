import type { CommentThread } from '@diorama/shared';

export interface ListedThread {
  readonly id: string;
  readonly thread: CommentThread;
}

/** Milliseconds since 1970; what cannot be read as a time counts for none. */
const lastMessageAt = ({ messages }: CommentThread): number =>
  Math.max(0, ...messages.map(({ createdAt }) => Date.parse(createdAt) || 0));

/**
 * The threads that are open, or those that are resolved: what was said last comes first.
 *
 * `kept` stays in the list either way: what somebody is reading does not vanish when it is resolved.
 */
export function listThreads(
  threads: ReadonlyMap<string, CommentThread>,
  shown: 'open' | 'resolved',
  kept: string | null = null,
): ListedThread[] {
  return [...threads]
    .filter(
      ([id, { resolved, messages }]) =>
        messages.length > 0 && (resolved === (shown === 'resolved') || id === kept),
    )
    .map(([id, thread]) => ({ id, thread, at: lastMessageAt(thread) }))
    .sort((a, b) => b.at - a.at || (a.id < b.id ? -1 : 1))
    .map(({ id, thread }) => ({ id, thread }));
}

/** `2 replies`; empty where nobody has answered. */
export function repliesInWords({ messages }: CommentThread): string {
  const replies = messages.length - 1;
  return replies < 1 ? '' : replies === 1 ? '1 reply' : `${replies} replies`;
}

/** What a pin says to those who cannot see it. */
export function pinLabel({ messages, author, resolved }: CommentThread): string {
  const text = messages[0]?.text ?? '';
  const short = text.length > 80 ? `${text.slice(0, 79)}…` : text;
  return `${resolved ? 'Resolved comment' : 'Comment'} by ${author === '' ? 'somebody' : author}: ${short}`;
}
