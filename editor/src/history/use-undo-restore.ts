import { notifications } from '@mantine/notifications';
import { useCallback } from 'react';

import { showError } from '../shell/show-error.js';
import { useEditor } from '../state/editor-context.js';

/** The notice of the restore that was made last; it goes when that is undone. */
export const restoreNoticeId = (sceneId: string): string => `restore:${sceneId}`;

/** Takes a restore back, and says what came of it. Resolves to whether it is undone. */
export function useUndoRestore(): (editId: string) => Promise<boolean> {
  const { diorama, sceneId } = useEditor();
  return useCallback(
    async (editId) => {
      notifications.hide(restoreNoticeId(sceneId));
      try {
        const { left_alone: kept } = await diorama.scenes.undoEdit(sceneId, editId);
        notifications.show({
          title: 'The restore is undone',
          message:
            kept.length === 0
              ? 'Everything that it changed is back.'
              : 'What it changed is back, but for what somebody has changed since: that stays as it is.',
          withBorder: true,
        });
        return true;
      } catch (error) {
        showError('The restore was not undone', error);
        return false;
      }
    },
    [diorama, sceneId],
  );
}
