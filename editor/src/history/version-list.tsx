import type { Version } from '@diorama/shared';
import { Button } from '@mantine/core';
import { BookmarkPlus } from 'lucide-react';
import { useState } from 'react';

import type { Pages } from '../hooks/use-pages.js';
import type { Page } from '@diorama/client-sdk';
import { ConfirmDialog } from '../shell/confirm-dialog.js';
import { Loading, Problem } from '../shell/load-states.js';
import { showError } from '../shell/show-error.js';
import { useEditor } from '../state/editor-context.js';
import classes from './history.module.css';
import { ownEditsStored } from './stored.js';
import { VersionDialog } from './version-dialog.js';
import { VersionRow } from './version-row.js';
import { versionLabel } from './version-words.js';

interface VersionListProps {
  readonly versions: Pages<Page<Version>>;
  readonly mayEdit: boolean;
  /** The version that was compared last: the keyboard comes back to it. */
  readonly returnTo: string | undefined;
  onCompare(version: Version): void;
  onRestore(version: Version): void;
}

type Dialog =
  | { readonly type: 'save' }
  | { readonly type: 'rename'; readonly version: Version }
  | { readonly type: 'delete'; readonly version: Version };

/** Every version, the newest first, and the button that makes one. */
export function VersionList({ versions, mayEdit, returnTo, onCompare, onRestore }: VersionListProps) {
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const items = versions.pages.flatMap((page) => page.items);
  return (
    <div className={classes.body}>
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
      {versions.error !== null && (
        <Problem
          title="The history cannot be loaded"
          error={versions.error}
          onRetry={() => void versions.reload()}
        />
      )}
      {versions.pages.length === 0 && versions.error === null && <Loading label="Loading the history" />}
      {versions.pages.length > 0 && items.length === 0 && (
        <p className={classes.empty} data-testid="no-versions">
          No version yet. One is made by itself while the scene is edited
          {mayEdit ? '; save one to keep a state under a name.' : '.'}
        </p>
      )}
      {items.length > 0 && (
        <ul className={classes.list} aria-label="Versions" data-testid="versions">
          {items.map((version) => (
            <VersionRow
              key={version.version_id}
              version={version}
              mayEdit={mayEdit}
              isReturnedTo={version.version_id === returnTo}
              onCompare={() => onCompare(version)}
              onRestore={() => onRestore(version)}
              onRename={() => setDialog({ type: 'rename', version })}
              onDelete={() => setDialog({ type: 'delete', version })}
            />
          ))}
        </ul>
      )}
      {versions.hasMore && (
        <Button variant="subtle" onClick={() => void versions.loadMore()}>
          Show older versions
        </Button>
      )}
      <VersionDialogs dialog={dialog} reload={versions.reload} onClose={() => setDialog(null)} />
    </div>
  );
}

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
        <VersionDialog
          title="Save version"
          action="Save"
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
        <VersionDialog
          title={version.kind === 'named' ? 'Rename version' : 'Keep version'}
          action={version.kind === 'named' ? 'Rename' : 'Keep'}
          name={version.name}
          note={version.note}
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
