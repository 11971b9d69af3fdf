import type { ChangeAuthor, ComparedItem } from '@diorama/shared';
import { Button } from '@mantine/core';
import { useId, useState } from 'react';

import { useEditorSettings, useOutlineVersion } from '../hooks/use-scene.js';
import { useEditor } from '../state/editor-context.js';
import { TimeText } from '../time/time-text.js';
import classes from './history.module.css';
import { keysInWords } from './version-words.js';

/** Thousands of rows at once would hold up the page. */
const STEP = 100;

interface ComparedNodesProps {
  readonly title: string;
  readonly tone: 'added' | 'changed' | 'removed';
  readonly items: readonly ComparedItem[];
  readonly count: number;
}

/** Nodes that were added, changed or removed, and by whom; a click selects one that is still there. */
export function ComparedNodes({ title, tone, items, count }: ComparedNodesProps) {
  const { store, state } = useEditor();
  const { selection } = useEditorSettings();
  const [shown, setShown] = useState(STEP);
  const heading = useId();
  useOutlineVersion();
  if (count === 0) return null;
  return (
    <section aria-labelledby={heading} data-testid={`nodes-${tone}`}>
      <h3 id={heading} className={classes.heading}>
        <span className={classes.dot} data-tone={tone} />
        {title} <span className={classes.count}>{count}</span>
      </h3>
      <ul className={classes.list}>
        {items.slice(0, shown).map((item) => {
          const isThere = store.node(item.id) !== undefined;
          return (
            <li key={item.id} className={classes.item}>
              <button
                type="button"
                className={classes.open}
                disabled={!isThere}
                aria-pressed={isThere ? selection.includes(item.id) : undefined}
                title={isThere ? 'Select it' : 'It is not there any more'}
                data-testid="compared-node"
                onClick={() => state.select([item.id])}
              >
                <span className={classes.text}>
                  <span className={classes.nodeName}>
                    {item.name === '' ? (item.kind ?? item.id) : item.name}
                  </span>
                  {item.changes !== undefined && (
                    <span className={classes.facts}>{keysInWords(item.changes.map(({ key }) => key))}</span>
                  )}
                  <Authors by={item.by} />
                </span>
              </button>
            </li>
          );
        })}
      </ul>
      {items.length > shown && (
        <Button variant="subtle" fullWidth onClick={() => setShown(shown + STEP)}>
          Show {Math.min(STEP, items.length - shown)} more
        </Button>
      )}
    </section>
  );
}

/** Who changed it, the last first, and when that was. */
export function Authors({ by }: { by: readonly ChangeAuthor[] }) {
  const [last] = by;
  if (last === undefined) return null;
  const names = [...new Set(by.map(({ name, subject }) => name || subject))];
  const said =
    names.length > 2 ? `${names.slice(0, 2).join(', ')} and ${names.length - 2} more` : names.join(', ');
  return (
    <span className={classes.byLine} title={names.join(', ')}>
      <span className={classes.who}>{said}</span>
      <span>
        {' · '}
        <TimeText at={last.at} />
      </span>
    </span>
  );
}
