import type { Comparison, EditCounts } from '@diorama/shared';

import classes from './history.module.css';
import { Authors } from './compared-nodes.js';
import { keysInWords } from './version-words.js';

const ROOTS = [
  ['materials', 'Materials'],
  ['animations', 'Animations'],
  ['comments', 'Comments'],
] as const;

/** What differs beside the nodes, in short. */
export function OtherChanges({ comparison }: { comparison: Comparison }) {
  const { settings } = comparison;
  const roots = ROOTS.filter(([root]) => Object.values(comparison[root].counts).some((count) => count > 0));
  if (settings.length === 0 && roots.length === 0) return null;
  return (
    <section aria-label="Other changes" data-testid="other-changes">
      <h3 className={classes.heading}>Also</h3>
      <ul className={classes.list}>
        {roots.map(([root, label]) => (
          <li key={root} className={classes.line}>
            {label}: {inShort(comparison[root].counts)}
          </li>
        ))}
        {settings.length > 0 && (
          <li className={classes.line}>
            Scene: {keysInWords(settings.map(({ key }) => key))}
            <Authors by={settings.flatMap(({ by }) => by).sort((a, b) => b.at.localeCompare(a.at))} />
          </li>
        )}
      </ul>
    </section>
  );
}

function inShort({ added, changed, removed }: EditCounts): string {
  const parts = [
    [added, 'added'],
    [changed, 'changed'],
    [removed, 'removed'],
  ] as const;
  return parts
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${count} ${what}`)
    .join(', ');
}
