import type { Material, SceneNode, SceneSettings } from '@diorama/shared';
import { useCallback, useSyncExternalStore } from 'react';

import { useEditor } from '../state/editor-context.js';
import type { EditorSettings } from '../state/editor-state.js';

/** The node as it is now; undefined when it is gone. */
export function useNode(id: string): SceneNode | undefined {
  const { store } = useEditor();
  return useSyncExternalStore(
    useCallback((callback: () => void) => store.onNode(id, callback), [store, id]),
    () => store.node(id),
  );
}

export function useSettings(): SceneSettings {
  const { store } = useEditor();
  return useSyncExternalStore(
    useCallback((callback: () => void) => store.onSettings(callback), [store]),
    () => store.settings(),
  );
}

export function useMaterials(): ReadonlyMap<string, Material> {
  const { store } = useEditor();
  return useSyncExternalStore(
    useCallback((callback: () => void) => store.onMaterials(callback), [store]),
    () => store.materials(),
  );
}

/** A number that changes with the tree, names, visibility and locks: depend on it to read them from the store. */
export function useOutlineVersion(): number {
  const { store } = useEditor();
  return useSyncExternalStore(
    useCallback((callback: () => void) => store.onOutline(callback), [store]),
    () => store.outlineVersion,
  );
}

export function useEditorSettings(): EditorSettings {
  const { state } = useEditor();
  return useSyncExternalStore(state.subscribe, state.get);
}
