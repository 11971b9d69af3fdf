import { Popover, TextInput, Tooltip } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useState, useSyncExternalStore } from 'react';

import { usePeople } from '../hooks/use-others.js';
import { useEditor } from '../state/editor-context.js';
import { storeOwnName } from './own-name.js';
import classes from './people.module.css';
import { initialsOf, shownOf } from './person.js';

const NARROW = '(width < 1180px)';

/** Who is in the scene: the others first, oneself last, where the name can be changed. */
export function Avatars() {
  const people = usePeople();
  const { viewport } = useEditor();
  const shown = shownOf(people.length, useMediaQuery(NARROW));
  const hidden = people.slice(shown);
  return (
    <div className={classes.stack} role="group" aria-label="People in this scene" data-testid="people">
      {people.slice(0, shown).map((person) => (
        <Tooltip key={person.id} label={`${person.name}: go to their view`}>
          <button
            type="button"
            className={classes.avatar}
            style={{ background: person.color }}
            aria-label={`Go to the view of ${person.name}`}
            data-testid="person"
            onClick={() => viewport.goToViewOf(person.id)}
          >
            {initialsOf(person.name)}
          </button>
        </Tooltip>
      ))}
      {hidden.length > 0 && (
        <Tooltip label={hidden.map((person) => person.name).join(', ')}>
          <span className={`${classes.avatar} ${classes.more}`}>+{hidden.length}</span>
        </Tooltip>
      )}
      <OwnAvatar />
    </div>
  );
}

function OwnAvatar() {
  const { self } = useEditor();
  const person = useSyncExternalStore(self.subscribe, self.get);
  const [opened, setOpened] = useState(false);
  const rename = (name: string) => {
    const trimmed = name.trim();
    if (trimmed === '' || trimmed === person.name) return;
    storeOwnName(sessionStorage, trimmed);
    self.rename(trimmed);
  };
  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      position="bottom-end"
      width={220}
      trapFocus
      // The field does, when it has given up what was typed.
      closeOnEscape={false}
      returnFocus
      shadow="md"
    >
      <Popover.Target>
        <Tooltip label={`${person.name} (you)`} disabled={opened}>
          <button
            type="button"
            className={classes.avatar}
            style={{ background: person.color }}
            aria-label={`You are ${person.name}: change your name`}
            data-testid="self"
            onClick={() => setOpened(!opened)}
          >
            {initialsOf(person.name)}
          </button>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown>
        <TextInput
          label="Your name"
          description="Others see it beside your cursor"
          defaultValue={person.name}
          maxLength={64}
          onBlur={(event) => rename(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' && event.key !== 'Escape') return;
            // Closing takes the keyboard away from the field, which then keeps what stands in it.
            if (event.key === 'Escape') event.currentTarget.value = person.name;
            rename(event.currentTarget.value);
            setOpened(false);
          }}
        />
      </Popover.Dropdown>
    </Popover>
  );
}
