import { Button, Tooltip } from '@mantine/core';
import { Check, Crosshair, RotateCcw } from 'lucide-react';
import { useEffect, useRef } from 'react';

import { useNode } from '../hooks/use-scene.js';
import { useCanComment, useCanEdit } from '../hooks/use-session.js';
import { labelOf } from '../outliner/rows.js';
import { showError } from '../shell/show-error.js';
import { SureButton } from '../shell/sure-button.js';
import { useEditor } from '../state/editor-context.js';
import { THREAD_MESSAGES_MAX, type Anchor } from './comment-actions.js';
import { CommentMessage } from './comment-message.js';
import classes from './comments.module.css';
import { Composer } from './composer.js';
import { repliesInWords, type ListedThread } from './thread-list.js';

/** A thread in the list; the open one shows all that was said, and the means to answer. */
export function ThreadRow({ id, thread, isOpen }: ListedThread & { readonly isOpen: boolean }) {
  const { state } = useEditor().comments;
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isOpen) row.current?.scrollIntoView({ block: 'nearest' });
  }, [isOpen]);
  const [first, ...replies] = thread.messages;
  if (first === undefined) return null;
  return (
    <li ref={row} className={classes.thread} data-open={isOpen} data-testid="comment-thread">
      <button
        type="button"
        className={classes.opener}
        aria-expanded={isOpen}
        onClick={() => state.set({ active: isOpen ? null : id })}
      >
        <CommentMessage message={first} brief={!isOpen} />
        <span className={classes.facts}>
          <AnchorText anchor={thread.anchor} />
          {!isOpen && repliesInWords(thread) !== '' && <span> · {repliesInWords(thread)}</span>}
        </span>
      </button>
      {isOpen && (
        <div className={classes.details}>
          {replies.length > 0 && (
            <ol className={classes.replies} aria-label="Replies">
              {replies.map((message) => (
                <li key={message.id}>
                  <CommentMessage message={message} />
                </li>
              ))}
            </ol>
          )}
          <ThreadReply id={id} thread={thread} />
          <ThreadTools id={id} thread={thread} />
        </div>
      )}
    </li>
  );
}

function AnchorText({ anchor }: { anchor: Anchor }) {
  if (anchor.node === null) return <span>In the scene</span>;
  return <NodeAnchorText id={anchor.node} />;
}

function NodeAnchorText({ id }: { id: string }) {
  const node = useNode(id);
  const deleted = useEditor().store.deletedNode(id);
  if (node === undefined)
    return (
      <span className={classes.anchor}>
        {deleted === undefined
          ? 'On something that was deleted'
          : `On ${labelOf(deleted)}, which was deleted`}
      </span>
    );
  return <span className={classes.anchor}>On {labelOf(node)}</span>;
}

function ThreadReply({ id, thread }: ListedThread) {
  const { actions } = useEditor().comments;
  const canComment = useCanComment();
  if (!canComment || thread.resolved) return null;
  if (thread.messages.length >= THREAD_MESSAGES_MAX)
    return <p className={classes.note}>This thread is full. Begin another one.</p>;
  return (
    <Composer
      label="Reply"
      action="Reply"
      placeholder="Reply…"
      onSubmit={(text) => actions.reply(id, text)}
    />
  );
}

function ThreadTools({ id, thread }: ListedThread) {
  const { viewport, comments } = useEditor();
  const canComment = useCanComment();
  const canEdit = useCanEdit();
  const isThere = useAnchorIsThere(thread.anchor);
  const attempt = (title: string, work: () => void) => {
    try {
      work();
    } catch (error) {
      showError(title, error);
    }
  };
  return (
    <div className={classes.tools}>
      <Tooltip label={isThere ? 'Bring its place into the middle of the view' : 'Its place is gone'}>
        <Button
          variant="default"
          leftSection={<Crosshair size={13} />}
          disabled={!isThere}
          onClick={() => viewport.goToAnchor(thread.anchor)}
          data-testid="comment-go"
        >
          Go to
        </Button>
      </Tooltip>
      {canComment && (canEdit || comments.actions.isMine(thread)) && (
        <Button
          variant="default"
          leftSection={thread.resolved ? <RotateCcw size={13} /> : <Check size={13} />}
          onClick={() =>
            attempt('The comment was not changed', () => comments.actions.setResolved(id, !thread.resolved))
          }
          data-testid="comment-resolve"
        >
          {thread.resolved ? 'Reopen' : 'Resolve'}
        </Button>
      )}
      {canEdit && (
        <SureButton
          label="Delete"
          sure="Delete for everybody"
          onSure={() => attempt('The comment was not deleted', () => comments.actions.remove(id))}
        >
          {(ask, label) => (
            <Button variant="subtle" color="gray" onClick={ask} data-testid="comment-delete">
              {label}
            </Button>
          )}
        </SureButton>
      )}
    </div>
  );
}

function useAnchorIsThere({ node }: Anchor): boolean {
  const found = useNode(node ?? '');
  return node === null || found !== undefined;
}
