import type { Edit, Version } from '@diorama/shared';
import { Button } from '@mantine/core';
import { BookmarkPlus } from 'lucide-react';
import { useState } from 'react';

import type { Page } from '@diorama/client-sdk';
import { useChange } from '../hooks/use-change.js';
import type { Pages } from '../hooks/use-pages.js';
import { ConfirmDialog } from '../shell/confirm-dialog.js';
import { EmptyState } from '../shell/empty-state.js';
import { Loading, Problem } from '../shell/load-states.js';
import { NameDialog } from '../shell/name-dialog.js';
import { showError } from '../shell/show-error.js';
import { useEditor } from '../state/editor-context.js';
import classes from './history.module.css';
import { RestoreRow } from './restore-row.js';
import { ownEditsStored } from './stored.js';
import { timelineOf, type Loaded } from './timeline.js';
import { useUndoRestore } from './use-undo-restore.js';
import { VersionRow } from './version-row.js';
import { versionLabel } from './version-words.js';

interface VersionListProps {
  readonly versions: Pages<Page<Version>>;
  readonly restores: Pages<Page<Edit>>;
  readonly mayEdit: boolean;
  /** The version that was compared last: the keyboard comes back to it. */
  readonly returnTo: string | undefined;
  /** Reads both lists again. */
  reload(): Promise<void>;
  onView(version: Version): void;
  onCompare(version: Version): void;
  onRestore(version: Version): void;
}

type Dialog =
  | { readonly type: 'save' }
  | { readonly type: 'rename'; readonly version: Version }
  | { readonly type: 'delete'; readonly version: Version };

/** Every version and restore, the newest first, and the button that makes a version. */
export function VersionList({
  versions,
  restores,
  mayEdit,
  returnTo,
  reload,
  onView,
  onCompare,
  onRestore,
}: VersionListProps) {
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const { busy, run } = useChange();
  const undoRestore = useUndoRestore();
  const lists = [versions, restores];
  const isLoaded = lists.every((list) => list.pages.length > 0);
  const error = versions.error ?? restores.error;
  const entries = isLoaded ? timelineOf(loaded(versions), loaded(restores)) : [];
  return (
    <>
      {mayEdit && (
        <Button
          fullWidth
          variant="default"
          leftSection={<BookmarkPlus size={14} />}
          onClick={() => setDialog({ type: 'save' })}
          data-testid="version-save"
        >
          Save version
        </Button>
      )}
      {error !== null && (
        <Problem title="The history cannot be loaded" error={error} onRetry={() => void reload()} />
      )}
      {!isLoaded && error === null && <Loading label="Loading the history" />}
      {isLoaded && entries.length === 0 && (
        <EmptyState testId="no-versions">
          No version yet. One is made by itself while the scene is edited
          {mayEdit ? '; save one to keep a state under a name.' : '.'}
        </EmptyState>
      )}
      {entries.length > 0 && (
        <ul className={classes.list} aria-label="Versions and restores" data-testid="versions">
          {entries.map((entry) =>
            entry.type === 'version' ? (
              <VersionRow
                key={entry.version.version_id}
                version={entry.version}
                mayEdit={mayEdit}
                isReturnedTo={entry.version.version_id === returnTo}
                onView={() => onView(entry.version)}
                onCompare={() => onCompare(entry.version)}
                onRestore={() => onRestore(entry.version)}
                onRename={() => setDialog({ type: 'rename', version: entry.version })}
                onDelete={() => setDialog({ type: 'delete', version: entry.version })}
              />
            ) : (
              <RestoreRow
                key={entry.edit.edit_id}
                edit={entry.edit}
                mayEdit={mayEdit}
                busy={busy}
                onUndo={() =>
                  void run(async () => {
                    await undoRestore(entry.edit.edit_id);
                    await reload();
                  })
                }
              />
            ),
          )}
        </ul>
      )}
      {lists.some((list) => list.hasMore) && (
        <Button
          variant="subtle"
          onClick={() => {
            for (const list of lists) if (list.hasMore) void list.loadMore();
          }}
        >
          Show older versions
        </Button>
      )}
      <VersionDialogs dialog={dialog} reload={reload} onClose={() => setDialog(null)} />
    </>
  );
}

const loaded = <T,>({ pages, hasMore }: Pages<Page<T>>): Loaded<T> => ({
  items: pages.flatMap((page) => page.items),
  hasMore,
});

interface VersionDialogsProps {
  readonly dialog: Dialog | null;
  reload(): Promise<void>;
  onClose(): void;
}

function VersionDialogs({ dialog, reload, onClose }: VersionDialogsProps) {
  const { diorama, session, sceneId } = useEditor();
  const { versions } = diorama.scenes;
  switch (dialog?.type) {
    case undefined:
      return null;
    case 'save':
      return (
        <NameDialog
          title="Save version"
          action="Save"
          note=""
          testId="version-dialog"
          onClose={onClose}
          onSubmit={async (name, note) => {
            await ownEditsStored(session);
            await versions.create(sceneId, { name, note });
            await reload();
          }}
        />
      );
    case 'rename': {
      const { version } = dialog;
      return (
        <NameDialog
          title={version.kind === 'named' ? 'Rename version' : 'Keep version'}
          action={version.kind === 'named' ? 'Rename' : 'Keep'}
          name={version.name}
          note={version.note}
          testId="version-dialog"
          onClose={onClose}
          onSubmit={async (name, note) => {
            await versions.update(sceneId, version.version_id, { name, note });
            await reload();
          }}
        />
      );
    }
    case 'delete': {
      const { version } = dialog;
      return (
        <ConfirmDialog
          title={`Delete “${versionLabel(version)}”?`}
          action="Delete version"
          keep="Keep it"
          danger
          onClose={onClose}
          onConfirm={async () => {
            try {
              await versions.delete(sceneId, version.version_id);
            } catch (error) {
              showError('The version was not deleted', error);
            }
            await reload();
            onClose();
          }}
        >
          The scene stays as it is, but can no longer be restored to this state.
        </ConfirmDialog>
      );
    }
  }
}
