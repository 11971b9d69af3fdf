import type { CommentThread } from '@diorama/shared';
import { useSyncExternalStore } from 'react';

import { useEditor } from '../state/editor-context.js';
import type { CommentsView } from './comments-state.js';

/** Every thread of the scene; the same map until one changes. */
export function useThreads(): ReadonlyMap<string, CommentThread> {
  const { store } = useEditor().comments;
  return useSyncExternalStore(store.subscribe, store.threads);
}

export function useCommentsView(): CommentsView {
  const { state } = useEditor().comments;
  return useSyncExternalStore(state.subscribe, state.get);
}
