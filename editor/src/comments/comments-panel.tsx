import { Button, SegmentedControl } from '@mantine/core';
import { MessageCirclePlus, MousePointerClick } from 'lucide-react';

import { useEditorSettings, useNode } from '../hooks/use-scene.js';
import { useCanComment } from '../hooks/use-session.js';
import { labelOf } from '../outliner/rows.js';
import { EmptyState } from '../shell/empty-state.js';
import { SidePanel } from '../shell/side-panel.js';
import { useEditor } from '../state/editor-context.js';
import type { Anchor } from './comment-actions.js';
import classes from './comments.module.css';
import { Composer } from './composer.js';
import { listThreads } from './thread-list.js';
import { ThreadRow } from './thread-row.js';
import { useCommentsView, useThreads } from './use-comments.js';

/** What people say about the scene: threads, the way to their places, and the means to begin one. */
export function CommentsPanel() {
  const { state } = useEditor().comments;
  const { shown, active, draft } = useCommentsView();
  const canComment = useCanComment();
  const threads = useThreads();
  const open = listThreads(threads, 'open').length;
  const resolved = listThreads(threads, 'resolved').length;
  const items = listThreads(threads, shown, active);
  return (
    <SidePanel
      title="Comments"
      closeLabel="Close the comments"
      testId="comments"
      onClose={() => state.set({ panel: false, draft: null, active: null, placing: false })}
    >
      {canComment && (draft === null ? <NewComment /> : <Draft anchor={draft} />)}
      {threads.size > 0 && (
        <SegmentedControl
          size="xs"
          fullWidth
          aria-label="Which comments"
          value={shown}
          onChange={(value) => state.set({ shown: value, active: null })}
          data={[
            { value: 'open', label: `Open (${open})` },
            { value: 'resolved', label: `Resolved (${resolved})` },
          ]}
        />
      )}
      {items.length === 0 && draft === null && (
        <EmptyState testId="no-comments">
          {shown === 'resolved'
            ? 'Nothing is resolved yet.'
            : threads.size > 0
              ? 'Nothing is open: every comment is resolved.'
              : canComment
                ? 'No comments yet. Press C, or pick a place, and click what it is about.'
                : 'No comments yet.'}
        </EmptyState>
      )}
      {items.length > 0 && (
        <ul className={classes.list} aria-label={`Comments, ${shown}`} data-testid="comment-list">
          {items.map(({ id, thread }) => (
            <ThreadRow key={id} id={id} thread={thread} isOpen={id === active} />
          ))}
        </ul>
      )}
    </SidePanel>
  );
}

/** Two ways to say where a comment goes: by a click in the view, or, with the keyboard, on what is selected. */
function NewComment() {
  const { state } = useEditor().comments;
  const { viewport } = useEditor();
  const { placing } = useCommentsView();
  const selected = useEditorSettings().selection.at(-1);
  const node = useNode(selected ?? '');
  return (
    <div className={classes.begin} role="group" aria-label="New comment">
      <Button
        variant={placing ? 'light' : 'default'}
        leftSection={<MousePointerClick size={14} />}
        aria-pressed={placing}
        onClick={() => state.set({ placing: !placing })}
        data-testid="comment-place"
      >
        {placing ? 'Click a place' : 'Pick a place'}
      </Button>
      <Button
        variant="default"
        leftSection={<MessageCirclePlus size={14} />}
        onClick={() => state.place(viewport.places.anchorOf(selected))}
        data-testid="comment-here"
        title={node === undefined ? undefined : `Comment on ${labelOf(node)}`}
      >
        <span className={classes.where}>{node === undefined ? 'On the scene' : `On ${labelOf(node)}`}</span>
      </Button>
    </div>
  );
}

function Draft({ anchor }: { anchor: Anchor }) {
  const { state, actions } = useEditor().comments;
  const node = useNode(anchor.node ?? '');
  const where = node === undefined ? 'New comment in the scene' : `New comment on ${labelOf(node)}`;
  return (
    <section className={classes.draft} aria-label={where}>
      <h3 className={classes.draftTitle}>{where}</h3>
      <Composer
        // Another place is asked for anew.
        key={JSON.stringify(anchor)}
        label="Comment"
        action="Comment"
        placeholder="What is there to say?"
        autoFocus
        onSubmit={(text) => actions.open(text)}
        onCancel={() => state.set({ draft: null })}
      />
    </section>
  );
}
