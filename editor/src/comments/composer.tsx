import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';

import { showError } from '../shell/show-error.js';
import { TEXT_MAX_LENGTH } from './comment-actions.js';
import classes from './comments.module.css';

interface ComposerProps {
  readonly label: string;
  /** What the button says. */
  readonly action: string;
  readonly placeholder: string;
  readonly autoFocus?: boolean;
  /** Throws why it was not written; the text stays then. */
  onSubmit(text: string): void;
  /** Absent where there is nothing to give up but the text. */
  onCancel?(): void;
}

/** Writes one message. Ctrl or Command with Enter sends it; Escape gives up what is still empty. */
export function Composer({
  label,
  action,
  placeholder,
  autoFocus = false,
  onSubmit,
  onCancel,
}: ComposerProps) {
  const [text, setText] = useState('');
  const isEmpty = text.trim() === '';
  const submit = () => {
    if (isEmpty) return;
    try {
      onSubmit(text);
      setText('');
    } catch (error) {
      showError('The comment was not written', error);
    }
  };
  return (
    <form
      className={classes.composer}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Textarea
        aria-label={label}
        placeholder={placeholder}
        autosize
        minRows={onCancel === undefined ? 1 : 2}
        maxRows={10}
        maxLength={TEXT_MAX_LENGTH}
        value={text}
        autoFocus={autoFocus}
        data-testid="comment-text"
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            submit();
          } else if (event.key === 'Escape' && isEmpty) onCancel?.();
        }}
      />
      {(onCancel !== undefined || !isEmpty) && (
        <div className={classes.composerEnd}>
          <span className={classes.keys}>Ctrl Enter sends</span>
          {onCancel !== undefined && (
            <Button variant="default" onClick={onCancel}>
              Cancel
            </Button>
          )}
          <Button type="submit" disabled={isEmpty} data-testid="comment-send">
            {action}
          </Button>
        </div>
      )}
    </form>
  );
}
