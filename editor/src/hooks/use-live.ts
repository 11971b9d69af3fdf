import { useCallback, useSyncExternalStore } from 'react';

import { useEditor } from '../state/editor-context.js';

/** A number that changes with the poses of the gesture under way: depend on it to read `viewport.gestures.shownPose`. */
export function useLiveVersion(): number {
  const { viewport } = useEditor();
  return useSyncExternalStore(
    useCallback((callback: () => void) => viewport.gestures.onChange(callback), [viewport]),
    () => viewport.gestures.version,
  );
}
