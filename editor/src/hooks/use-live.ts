import { useCallback, useSyncExternalStore } from 'react';

import { useEditor } from '../state/editor-context.js';

/** A number that changes with the poses of the gesture under way: depend on it to read `viewport.liveTransform`. */
export function useLiveVersion(): number {
  const { viewport } = useEditor();
  return useSyncExternalStore(
    useCallback((callback: () => void) => viewport.onLive(callback), [viewport]),
    () => viewport.liveVersion,
  );
}
