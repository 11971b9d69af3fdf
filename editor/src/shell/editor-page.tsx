import { DioramaError, type Diorama } from '@diorama/client-sdk';
import { Center, Loader } from '@mantine/core';
import { useCallback, useEffect, useState } from 'react';

import { CommentsPanel } from '../comments/comments-panel.js';
import { useSettings } from '../hooks/use-scene.js';
import { HistoryPanel } from '../history/history-panel.js';
import { PastBanner } from '../history/past-banner.js';
import { Inspector } from '../inspector/inspector.js';
import { Outliner } from '../outliner/outliner.js';
import { firstLook } from '../people/own-look.js';
import { ownName } from '../people/own-name.js';
import { RenderDialog } from '../render/render-dialog.js';
import { ShareDialog } from '../sharing/share-dialog.js';
import { useRoleNotice } from '../sharing/use-role-notice.js';
import { EditorContext, type Editor } from '../state/editor-context.js';
import { openEditor } from '../state/open-editor.js';
import { DropZone } from '../upload/drop-zone.js';
import { useUpload } from '../upload/use-upload.js';
import { ViewportView } from '../viewport/viewport-view.js';
import { exposeForScripts } from './expose-for-scripts.js';
import { ProblemPage } from './problem-page.js';
import classes from './shell.module.css';
import { ShortcutHelp } from './shortcut-help.js';
import { useShortcuts } from './shortcuts.js';
import { showError } from './show-error.js';
import { TopBar } from './top-bar.js';
import { usePanels } from './use-panels.js';

interface EditorPageProps {
  readonly diorama: Diorama;
  readonly sceneId: string;
  readonly userName: string;
  /** Whether the person came by a share link. */
  readonly byLink?: boolean;
  /** Leads to the other scenes; absent for who may see no others. */
  onScenes?(): void;
}

/** One open scene: connects, waits for its content, shows the editor, and says why when it ends. */
export function EditorPage({ diorama, sceneId, userName, byLink = false, onScenes }: EditorPageProps) {
  const [editor, setEditor] = useState<Editor | null>(null);
  const [ended, setEnded] = useState<DioramaError | null>(null);
  const [isAway, setIsAway] = useState(false);

  useEffect(() => {
    const user = firstLook(ownName(window.sessionStorage) ?? userName, userName, byLink);
    const opened = openEditor({ diorama, sceneId, user });
    const { session } = opened.editor;
    const hide = exposeForScripts(opened.editor);
    session.on('closed', (error) => error !== undefined && setEnded(error));
    session.on('status', (status) => setIsAway(status === 'offline'));
    session.on('refused', (error) => showError('The server did not take your last edit', error));
    session.synced.then(
      () => setEditor(opened.editor),
      // `closed` has told it already.
      () => undefined,
    );
    return () => {
      hide();
      opened.close();
      setEditor(null);
    };
  }, [diorama, sceneId, userName, byLink]);

  if (ended !== null)
    return <ProblemPage error={ended} wasOpen={editor !== null} byLink={byLink} onScenes={onScenes} />;
  if (editor === null && isAway)
    return <ProblemPage error={new DioramaError('unreachable')} onScenes={onScenes} />;
  if (editor === null)
    return (
      <Center h="100%">
        <Loader size="sm" aria-label="Opening the scene" />
      </Center>
    );
  return (
    <EditorContext value={editor}>
      <EditorLayout onScenes={onScenes} />
    </EditorContext>
  );
}

const SIDE_LABEL = { comments: 'Comments', history: 'History', inspector: 'Inspector' } as const;

function EditorLayout({ onScenes }: Pick<EditorPageProps, 'onScenes'>) {
  const [dialog, setDialog] = useState<'share' | 'render' | 'help' | null>(null);
  const panels = usePanels();
  const { side } = panels;
  const { name } = useSettings();
  const upload = useUpload();
  useRoleNotice();
  useShortcuts(useCallback(() => setDialog('help'), []));
  useEffect(() => {
    document.title = name === '' ? 'Diorama' : `${name} – Diorama`;
    return () => {
      document.title = 'Diorama';
    };
  }, [name]);
  return (
    <div className={classes.layout} data-testid="editor">
      <TopBar
        upload={upload}
        onScenes={onScenes}
        panels={panels}
        onShare={() => setDialog('share')}
        onRender={() => setDialog('render')}
        onHelp={() => setDialog('help')}
      />
      <nav className={classes.left} data-out={panels.isLeftOut} aria-label="Outliner">
        <Outliner />
      </nav>
      <main className={classes.view}>
        <DropZone upload={upload} className={classes.fill}>
          <ViewportView />
          <PastBanner />
        </DropZone>
      </main>
      <aside className={classes.right} data-out={panels.isRightOut} aria-label={SIDE_LABEL[side]}>
        {side === 'comments' && <CommentsPanel />}
        {side === 'history' && <HistoryPanel onClose={() => panels.show('inspector')} />}
        {side === 'inspector' && <Inspector />}
      </aside>
      <ShareDialog opened={dialog === 'share'} onClose={() => setDialog(null)} />
      <RenderDialog opened={dialog === 'render'} onClose={() => setDialog(null)} />
      <ShortcutHelp opened={dialog === 'help'} onClose={() => setDialog(null)} />
    </div>
  );
}
