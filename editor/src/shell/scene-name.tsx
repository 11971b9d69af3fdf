import { useState } from 'react';

import { useSettings } from '../hooks/use-scene.js';
import { useCanEdit } from '../hooks/use-session.js';
import { useEditor } from '../state/editor-context.js';
import classes from './shell.module.css';

/** The scene's name, edited in place. Enter or leaving the field keeps it, Escape gives up. */
export function SceneName() {
  const { actions } = useEditor();
  const { name } = useSettings();
  const canEdit = useCanEdit();
  const [draft, setDraft] = useState<string | null>(null);
  const commit = () => {
    const wanted = draft?.trim() ?? '';
    if (wanted !== '' && wanted !== name) actions.edit((scene) => scene.setSettings({ name: wanted }));
    setDraft(null);
  };
  return (
    <input
      className={classes.name}
      value={draft ?? name}
      placeholder="Untitled"
      aria-label="Scene name"
      data-testid="scene-name"
      maxLength={512}
      disabled={!canEdit}
      onFocus={(event) => event.currentTarget.select()}
      onChange={(event) => setDraft(event.currentTarget.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') event.currentTarget.blur();
        if (event.key === 'Escape') {
          setDraft(null);
          // Blurring now would still see the draft: wait for the field to be reset.
          const field = event.currentTarget;
          queueMicrotask(() => field.blur());
        }
      }}
    />
  );
}
