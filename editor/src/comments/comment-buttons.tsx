import { ActionIcon, Tooltip } from '@mantine/core';
import { MessageCircle, MessageCirclePlus } from 'lucide-react';

import { useEditor } from '../state/editor-context.js';
import classes from './comments.module.css';
import { listThreads } from './thread-list.js';
import { useCommentsView, useThreads } from './use-comments.js';

const ICON = { size: 16, strokeWidth: 1.7 } as const;

/** The comment tool: the next click in the view says what the comment is about. */
export function CommentTool() {
  const { state } = useEditor().comments;
  const { placing } = useCommentsView();
  return (
    <Tooltip label="Comment on a place (C)">
      <ActionIcon
        aria-label="Comment on a place"
        aria-pressed={placing}
        variant={placing ? 'light' : 'subtle'}
        color={placing ? 'iris' : 'gray'}
        onClick={() => state.set({ placing: !placing })}
        data-testid="comment-tool"
      >
        <MessageCirclePlus {...ICON} />
      </ActionIcon>
    </Tooltip>
  );
}

/** Opens and closes the list of comments, and says how many are open. */
export function CommentsToggle({ isOpen, onToggle }: { isOpen: boolean; onToggle(): void }) {
  const count = listThreads(useThreads(), 'open').length;
  return (
    <Tooltip label="Comments (Shift C)" disabled={isOpen}>
      <ActionIcon
        className={classes.toggle}
        onClick={onToggle}
        aria-label={count === 0 ? 'Comments' : `Comments, ${count} open`}
        aria-pressed={isOpen}
        variant={isOpen ? 'light' : 'subtle'}
        color={isOpen ? 'iris' : 'gray'}
        data-testid="comments-toggle"
      >
        <MessageCircle {...ICON} />
        {count > 0 && (
          <span className={classes.badge} aria-hidden>
            {count > 99 ? '99+' : count}
          </span>
        )}
      </ActionIcon>
    </Tooltip>
  );
}
