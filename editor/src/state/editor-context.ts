import type { Diorama, SceneSession } from '@diorama/client-sdk';
import { createContext, useContext } from 'react';

import type { CommentActions } from '../comments/comment-actions.js';
import type { CommentStore } from '../comments/comment-store.js';
import type { CommentsState } from '../comments/comments-state.js';
import type { OwnLook } from '../people/own-look.js';
import type { Viewport } from '../viewport/viewport.js';
import type { EditorActions } from './editor-actions.js';
import type { EditorState } from './editor-state.js';
import type { Past } from './past.js';
import type { SceneStore } from './scene-store.js';

/** The comments of one open scene: what is there, what this person sees of it, and what they do to it. */
export interface Comments {
  readonly store: CommentStore;
  readonly state: CommentsState;
  readonly actions: CommentActions;
}

/** All that belongs to one open scene. It lives as long as the scene is open. */
export interface Editor {
  readonly diorama: Diorama;
  readonly session: SceneSession;
  readonly sceneId: string;
  /** How this person appears to the others. */
  readonly self: OwnLook;
  readonly store: SceneStore;
  readonly state: EditorState;
  readonly actions: EditorActions;
  readonly viewport: Viewport;
  readonly comments: Comments;
  /** The version that is looked at; `store` and `viewport` show it in place of the scene. */
  readonly past: Past;
}

export const EditorContext = createContext<Editor | null>(null);

export function useEditor(): Editor {
  const editor = useContext(EditorContext);
  if (editor === null) throw new Error('useEditor needs an EditorContext above it');
  return editor;
}
