import { useSyncExternalStore } from 'react';

import { useEditor } from '../state/editor-context.js';
import type { LookedAt } from '../state/past.js';

/** The version that is looked at; null while the scene is shown as it is. */
export function usePast(): LookedAt | null {
  const { past } = useEditor();
  return useSyncExternalStore(past.subscribe, past.get);
}
