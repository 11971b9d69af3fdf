import type { Version } from '@diorama/shared';
import { useCallback, useEffect, useRef } from 'react';

import { showError } from '../shell/show-error.js';
import { useEditor } from '../state/editor-context.js';

/** Shows a version in place of the scene: of several that were asked for the last, and none once the panel is closed. */
export function useLookAt(): (version: Version) => Promise<void> {
  const { diorama, sceneId, past } = useEditor();
  const asked = useRef<AbortController>(null);
  useEffect(() => () => asked.current?.abort(), []);
  return useCallback(
    async ({ version_id: id }) => {
      asked.current?.abort();
      const { signal } = (asked.current = new AbortController());
      try {
        const version = await diorama.scenes.versions.get(sceneId, id, { signal });
        if (!signal.aborted) past.show(version);
      } catch (error) {
        if (!signal.aborted) showError('The version cannot be shown', error);
      }
    },
    [diorama, sceneId, past],
  );
}
