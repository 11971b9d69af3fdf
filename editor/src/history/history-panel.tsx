import type { PageQuery } from '@diorama/client-sdk';
import { allows, type Version } from '@diorama/shared';
import { ActionIcon, Tooltip } from '@mantine/core';
import { RefreshCw } from 'lucide-react';
import { useCallback, useState } from 'react';

import { useFollowed } from '../hooks/use-followed.js';
import { usePages } from '../hooks/use-pages.js';
import { useRole } from '../hooks/use-session.js';
import { ConfirmDialog } from '../shell/confirm-dialog.js';
import { SidePanel } from '../shell/side-panel.js';
import { useEditor } from '../state/editor-context.js';
import { ComparisonView } from './comparison-view.js';
import { useLookAt } from './use-look-at.js';
import { useRestore } from './use-restore.js';
import { VersionList } from './version-list.js';
import { versionLabel } from './version-words.js';

/** The versions of the scene: list, save, compare with now, restore. */
export function HistoryPanel({ onClose }: { onClose(): void }) {
  const { diorama, sceneId, past } = useEditor();
  const lookAt = useLookAt();
  const role = useRole();
  const mayEdit = role !== undefined && allows(role, 'editor');
  const versions = usePages(
    useCallback((query: PageQuery) => diorama.scenes.versions.list(sceneId, query), [diorama, sceneId]),
  );
  const [comparedOnce, setCompared] = useState<Version | null>(null);
  const [returnTo, setReturnTo] = useState<string>();
  const [restoring, setRestoring] = useState<Version | null>(null);
  const [round, setRound] = useState(0);
  const restores = usePages(
    useCallback(
      (query: PageQuery) => diorama.scenes.edits(sceneId, { ...query, kind: 'restore' }),
      [diorama, sceneId],
    ),
  );
  const { reload: reloadVersions } = versions;
  const { reload: reloadRestores } = restores;
  const reload = useCallback(async () => {
    await Promise.all([reloadVersions(), reloadRestores()]);
  }, [reloadVersions, reloadRestores]);
  useFollowed(reload);
  const restored = useCallback(() => {
    setRestoring(null);
    // Whoever restores wants to see what came of it.
    past.leave();
    setRound((before) => before + 1);
    void reload();
  }, [past, reload]);
  const restore = useRestore(restored);
  // Somebody may have renamed it meanwhile.
  const compared =
    versions.pages
      .flatMap((page) => page.items)
      .find((version) => version.version_id === comparedOnce?.version_id) ?? comparedOnce;
  return (
    <SidePanel
      title="History"
      closeLabel="Close the history"
      testId="history"
      onClose={onClose}
      tools={
        compared === null && (
          <Tooltip label="Look for new versions">
            <ActionIcon aria-label="Look for new versions" onClick={() => void reload()}>
              <RefreshCw size={14} strokeWidth={1.7} />
            </ActionIcon>
          </Tooltip>
        )
      }
    >
      {compared === null ? (
        <VersionList
          versions={versions}
          restores={restores}
          reload={reload}
          mayEdit={mayEdit}
          returnTo={returnTo}
          onView={(version) => void lookAt(version)}
          onCompare={setCompared}
          onRestore={setRestoring}
        />
      ) : (
        <ComparisonView
          version={compared}
          mayEdit={mayEdit}
          round={round}
          onBack={() => {
            setReturnTo(compared.version_id);
            setCompared(null);
          }}
          onView={() => void lookAt(compared)}
          onRestore={() => setRestoring(compared)}
        />
      )}
      {restoring !== null && (
        <ConfirmDialog
          title={`Restore “${versionLabel(restoring)}”?`}
          action="Restore"
          keep="Cancel"
          onClose={() => setRestoring(null)}
          onConfirm={() => restore(restoring)}
        >
          Everybody who has the scene open sees it go back to this version at once; comments stay. What it is
          like now is kept as a version, and you can undo the restore.
        </ConfirmDialog>
      )}
    </SidePanel>
  );
}
