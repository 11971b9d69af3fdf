import { CommentsDoc, type CommentThread } from '@diorama/shared';
import { describe, expect, it, vi } from 'vitest';
import * as Y from 'yjs';

import { CommentActions } from './comment-actions.js';
import { CommentStore } from './comment-store.js';
import { CommentsState } from './comments-state.js';
import { listThreads, pinLabel, repliesInWords } from './thread-list.js';

const at = (minute: number) => new Date(Date.UTC(2026, 4, 1, 12, minute)).toISOString();
const thread = (minutes: readonly number[], resolved = false): CommentThread => ({
  anchor: { node: null, point: [0, 0, 0] },
  author: 'Ada',
  messages: minutes.map((minute) => ({ id: `m${minute}`, author: 'Ada', text: 'Hm', createdAt: at(minute) })),
  resolved,
});

function setUp() {
  const doc = new Y.Doc();
  const state = new CommentsState();
  const store = new CommentStore(doc);
  const writes = { comment: <T>(write: (comments: CommentsDoc) => T): T => write(new CommentsDoc(doc)) };
  const actions = new CommentActions({
    writes,
    state,
    author: () => 'Ada',
    now: () => new Date(at(0)),
  });
  return { doc, state, store, actions };
}

describe('comments', () => {
  it('EDT-43: a comment goes to the place that was chosen, is signed, and is shown', () => {
    const { state, store, actions } = setUp();
    actions.open('Nowhere to go');
    expect(store.threads().size).toBe(0);
    state.place({ node: 'cube', point: [0, 1, 0] });
    actions.open('   ');
    expect(store.threads().size).toBe(0);
    actions.open(' Too dark ');
    const [[id, written] = []] = store.threads();
    expect(written).toMatchObject({
      anchor: { node: 'cube', point: [0, 1, 0] },
      author: 'Ada',
      messages: [{ author: 'Ada', text: 'Too dark', createdAt: at(0) }],
    });
    expect(state.value).toMatchObject({ draft: null, active: id, panel: true });
  });

  it('EDT-43: threads are the same map until one changes, in whatever document there is', () => {
    const { store, state, actions } = setUp();
    const heard = vi.fn();
    store.subscribe(heard);
    state.place({ node: null, point: [0, 0, 0] });
    actions.open('One');
    const before = store.threads();
    expect(store.threads()).toBe(before);
    const [id = ''] = before.keys();
    actions.reply(id, 'Two');
    expect(store.threads().get(id)?.messages).toHaveLength(2);
    expect(before.get(id)?.messages).toHaveLength(1);
    expect(heard).toHaveBeenCalledTimes(2);
    store.rebind(new Y.Doc());
    expect(store.threads().size).toBe(0);
    expect(heard).toHaveBeenCalledTimes(3);
  });

  it('EDT-44: the list holds what is open, or what is resolved, and begins with what was said last', () => {
    const threads = new Map([
      ['old', thread([1])],
      ['answered', thread([0, 9])],
      ['done', thread([5], true)],
      ['empty', thread([])],
    ]);
    const ids = (shown: 'open' | 'resolved') => listThreads(threads, shown).map(({ id }) => id);
    expect(ids('open')).toEqual(['answered', 'old']);
    expect(ids('resolved')).toEqual(['done']);
    expect(listThreads(threads, 'open', 'done').map(({ id }) => id)).toEqual(['answered', 'done', 'old']);
    expect([thread([1]), thread([1, 2]), thread([1, 2, 3])].map(repliesInWords)).toEqual([
      '',
      '1 reply',
      '2 replies',
    ]);
    expect(pinLabel(thread([1], true))).toBe('Resolved comment by Ada: Hm');
  });

  it('EDT-46: Escape gives up choosing a place, then writing, then reading', () => {
    const { state } = setUp();
    state.set({ placing: true, draft: { node: null, point: [0, 0, 0] }, active: 'a' });
    expect([state.escape(), state.escape(), state.escape(), state.escape()]).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(state.value).toMatchObject({ placing: false, draft: null, active: null });
  });
});
