import type { Diorama, SceneSession } from '@diorama/client-sdk';

import { CommentActions } from '../comments/comment-actions.js';
import { CommentStore } from '../comments/comment-store.js';
import { CommentsState } from '../comments/comments-state.js';
import { canComment, canEdit } from '../hooks/use-session.js';
import { OwnLook, ownSignature, type Look } from '../people/own-look.js';
import { Viewport } from '../viewport/viewport.js';
import { EditorActions } from './editor-actions.js';
import { closeWhenStored, warnOfLoss } from './closing.js';
import type { Comments, Editor } from './editor-context.js';
import { EditorState } from './editor-state.js';
import { Past } from './past.js';
import { SceneStore } from './scene-store.js';

export interface OpenEditorOptions {
  readonly diorama: Diorama;
  readonly sceneId: string;
  readonly user: Look;
}

/** Connects to a scene and builds all that belongs to it; `close` takes it down again. */
export function openEditor({ diorama, sceneId, user }: OpenEditorOptions): {
  editor: Editor;
  close: () => void;
} {
  const session = diorama.connect(sceneId, { user });
  warnOfLoss(session);
  const self = new OwnLook(session, user);
  const store = new SceneStore(session.scene);
  const state = new EditorState();
  const comments = openComments(session);
  const past = new Past();
  const mayEdit = () => canEdit(session) && past.get() === null;
  const readScene = () => store.rebind(past.get()?.scene ?? session.scene);
  // Before the viewport, which asks the store for what it shows.
  past.subscribe(readScene);
  const viewport = new Viewport({
    diorama,
    session,
    store,
    state,
    comments,
    past,
    canEdit: mayEdit,
  });
  const actions = new EditorActions({
    edits: session,
    store,
    state,
    canEdit: mayEdit,
    placeInView: () => viewport.places.inView(),
  });
  const stops = [
    // A node that someone deleted cannot stay selected.
    store.onOutline(() => state.select(state.value.selection.filter((id) => store.node(id) !== undefined))),
    state.subscribe(() => {
      const selection = state.value.selection.slice(0, MAX_SHARED_SELECTION);
      if (selection.join() !== session.presence.self.selection?.join()) session.presence.set({ selection });
    }),
    session.on('reset', () => {
      if (past.get() === null) readScene();
      comments.store.rebind(session.doc);
    }),
    // Who may not comment any more has no place to choose.
    session.on('role', () => {
      if (!canComment(session)) comments.state.set({ placing: false, draft: null });
    }),
  ];
  return {
    editor: { diorama, session, sceneId, self, store, state, actions, viewport, comments, past },
    close: () => {
      for (const stop of stops) stop();
      self.dispose();
      viewport.dispose();
      store.dispose();
      comments.store.dispose();
      closeWhenStored(session);
    },
  };
}

/** The wire's limit of a presence's selection. */
const MAX_SHARED_SELECTION = 1000;

function openComments(session: SceneSession): Comments {
  const store = new CommentStore(session.doc);
  const state = new CommentsState();
  const actions = new CommentActions({
    writes: session,
    state,
    author: () => ownSignature(session),
    now: () => new Date(),
  });
  return { store, state, actions };
}
