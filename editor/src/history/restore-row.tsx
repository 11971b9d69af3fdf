import type { Edit } from '@diorama/shared';
import { Button } from '@mantine/core';
import { RotateCcw } from 'lucide-react';

import { SureButton } from '../shell/sure-button.js';
import { TimeText } from '../time/time-text.js';
import classes from './history.module.css';
import { countsInWords, restoreLabel } from './version-words.js';

interface RestoreRowProps {
  readonly edit: Edit;
  readonly mayEdit: boolean;
  readonly busy: boolean;
  onUndo(): void;
}

/** A restore in the history: of what, when, by whom, and the way back. */
export function RestoreRow({ edit, mayEdit, busy, onUndo }: RestoreRowProps) {
  const label = restoreLabel(edit.summary);
  const name = edit.by.name || edit.by.subject;
  return (
    <li className={classes.item} data-testid="restored" data-undone={edit.undone_by !== null}>
      <div className={classes.event}>
        <RotateCcw size={15} strokeWidth={1.7} aria-hidden className={classes.icon} />
        <span className={classes.text}>
          <span className={classes.wrapped}>{label}</span>
          <span className={classes.byLine}>
            <span>
              <TimeText at={edit.at} />
            </span>
            <span className={classes.who} title={name}>
              {' · '}
              {name}
            </span>
          </span>
          <span className={classes.facts}>{countsInWords(edit.counts)}</span>
          {edit.undone_by !== null && <span className={classes.undone}>Undone</span>}
          {edit.undone_by === null && mayEdit && edit.undoable && (
            <span className={classes.wayBack}>
              <SureButton label="Undo" sure="Undo for everybody" onSure={onUndo}>
                {(ask, text) => (
                  <Button
                    variant="default"
                    size="compact-xs"
                    disabled={busy}
                    onClick={ask}
                    aria-label={`Undo: ${label}`}
                    data-testid="undo-restored"
                  >
                    {text}
                  </Button>
                )}
              </SureButton>
            </span>
          )}
        </span>
      </div>
    </li>
  );
}
