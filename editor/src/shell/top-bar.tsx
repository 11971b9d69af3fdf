import { allows } from '@diorama/shared';
import { ActionIcon, Tooltip } from '@mantine/core';
import { Aperture, Redo2, Undo2, UserPlus } from 'lucide-react';

import { CommentsToggle, CommentTool } from '../comments/comment-buttons.js';
import { usePast } from '../hooks/use-past.js';
import { useCanComment, useCanEdit, useRole, useUndo } from '../hooks/use-session.js';
import { Avatars } from '../people/avatars.js';
import { useEditor } from '../state/editor-context.js';
import type { Upload } from '../upload/use-upload.js';
import { AddMenu } from './add-menu.js';
import { BarButton } from './bar-button.js';
import { PanelToggle } from './panel-toggle.js';
import { SaveStatus } from './save-status.js';
import { SceneName } from './scene-name.js';
import { SecondaryTools } from './secondary-tools.js';
import classes from './shell.module.css';
import { TransformTools } from './transform-tools.js';
import type { Panels, Side } from './use-panels.js';

interface TopBarProps {
  readonly upload: Upload;
  /** Absent for who may see no other scenes. */
  onScenes?: (() => void) | undefined;
  readonly panels: Panels;
  onShare(): void;
  onRender(): void;
  onHelp(): void;
}

const ICON = { size: 16, strokeWidth: 1.7 } as const;

export function TopBar({ upload, onScenes, panels, onShare, onRender, onHelp }: TopBarProps) {
  const role = useRole();
  const canEdit = useCanEdit();
  const canComment = useCanComment();
  const toggle = (side: Side) => panels.show(panels.side === side ? 'inspector' : side);
  return (
    <header className={classes.topbar}>
      <div className={classes.start}>
        {onScenes === undefined ? (
          <img src="/favicon.svg" alt="Diorama" width={20} height={20} style={{ margin: '0 4px' }} />
        ) : (
          <Tooltip label="All scenes">
            <ActionIcon
              className={classes.home}
              onClick={onScenes}
              aria-label="All scenes"
              data-testid="home"
            >
              <img src="/favicon.svg" alt="" width={20} height={20} />
            </ActionIcon>
          </Tooltip>
        )}
        <SceneName />
        <SaveStatus />
      </div>
      <div className={classes.middle}>
        <PanelToggle panel="outliner" isOut={panels.isLeftOut} onToggle={panels.toggleOutliner} />
        {role !== undefined && !canEdit && (
          <span className={classes.readonly} data-comments={canComment} data-testid="read-only">
            {canComment ? 'Comment only' : 'View only'}
          </span>
        )}
        {role === 'commenter' ? (
          <ToolsForOthers upload={upload} />
        ) : (
          (role === undefined || allows(role, 'editor')) && <EditTools upload={upload} />
        )}
        {canComment && <CommentTool />}
        <span className={classes.space} />
        <PanelToggle
          panel="inspector"
          isOut={panels.isRightOut && panels.side === 'inspector'}
          onToggle={panels.toggleInspector}
        />
      </div>
      <div className={classes.end}>
        <Avatars />
        <CommentsToggle isOpen={panels.side === 'comments'} onToggle={() => toggle('comments')} />
        <SecondaryTools
          isHistoryOpen={panels.side === 'history'}
          onHistory={() => toggle('history')}
          onHelp={onHelp}
        />
        <BarButton label="Share" icon={UserPlus} variant="default" testId="share" onClick={onShare} />
        <BarButton
          label="Render"
          icon={Aperture}
          variant="filled"
          testId="render"
          disabled={usePast() !== null}
          onClick={onRender}
        />
      </div>
    </header>
  );
}

/** What changes the scene: not there for those who may not. */
function EditTools({ upload }: { upload: Upload }) {
  const { actions } = useEditor();
  const { canUndo, canRedo } = useUndo();
  const canEdit = useCanEdit();
  return (
    <>
      <AddMenu upload={upload} />
      <span className={classes.divider} />
      <TransformTools />
      <span className={classes.divider} />
      <Tooltip label="Undo your last edit (Ctrl Z)">
        <ActionIcon
          disabled={!canUndo || !canEdit}
          onClick={() => actions.undo()}
          aria-label="Undo"
          data-testid="undo"
        >
          <Undo2 {...ICON} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Redo (Ctrl Shift Z)">
        <ActionIcon
          disabled={!canRedo || !canEdit}
          onClick={() => actions.redo()}
          aria-label="Redo"
          data-testid="redo"
        >
          <Redo2 {...ICON} />
        </ActionIcon>
      </Tooltip>
    </>
  );
}

const WHY_DISABLED = 'As a commenter you write comments. Owners can make you an editor.';

/** The tools as a commenter sees them: there, but not theirs, and why. */
function ToolsForOthers({ upload }: { upload: Upload }) {
  return (
    <Tooltip label={WHY_DISABLED} openDelay={0} events={{ hover: true, focus: true, touch: true }}>
      <div
        className={classes.disabledTools}
        role="group"
        tabIndex={0}
        aria-label={`Tools for editors, disabled. ${WHY_DISABLED}`}
        data-testid="disabled-tools"
      >
        <EditTools upload={upload} />
      </div>
    </Tooltip>
  );
}
