import type { EditCounts, Version } from '@diorama/shared';
import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useCallback } from 'react';

import { showError } from '../shell/show-error.js';
import { useEditor } from '../state/editor-context.js';
import { ownEditsStored } from './stored.js';
import { restoreNoticeId, useUndoRestore } from './use-undo-restore.js';
import { countsInWords, versionLabel } from './version-words.js';

/** Long enough to look at what came of it; the history goes on offering the same. */
const NOTICE_MS = 20_000;

/** Restores a version as an edit of the server's, and offers to take it back. Resolves when it is done or refused. */
export function useRestore(onDone: () => void): (version: Version) => Promise<void> {
  const { diorama, session, sceneId } = useEditor();
  const undoRestore = useUndoRestore();
  return useCallback(
    async (version) => {
      const id = restoreNoticeId(sceneId);
      const undo = async (editId: string) => {
        await undoRestore(editId);
        onDone();
      };
      try {
        await ownEditsStored(session);
        const { edit_id: editId, counts } = await diorama.scenes.restore(sceneId, version.version_id);
        notifications.hide(id);
        notifications.show({
          id,
          title: `Restored “${versionLabel(version)}”`,
          message: <RestoreNotice counts={counts} onUndo={editId && (() => void undo(editId))} />,
          withBorder: true,
          autoClose: NOTICE_MS,
        });
      } catch (error) {
        showError('The version was not restored', error);
      }
      onDone();
    },
    [diorama, session, sceneId, undoRestore, onDone],
  );
}

function RestoreNotice({ counts, onUndo }: { counts: EditCounts; onUndo: (() => void) | null }) {
  if (onUndo === null) return 'Nothing differed: the scene is as it was.';
  return (
    <>
      <div>{countsInWords(counts)}.</div>
      <Button mt={8} variant="default" onClick={onUndo} data-testid="undo-restore">
        Undo the restore
      </Button>
    </>
  );
}
