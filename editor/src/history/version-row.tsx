import type { Version } from '@diorama/shared';
import { ActionIcon, Menu } from '@mantine/core';
import { Bookmark, Clock, Ellipsis, Eye, GitCompare, History, Pencil, Trash2 } from 'lucide-react';

import { TimeText } from '../time/time-text.js';
import classes from './history.module.css';
import { nodeCount, versionLabel } from './version-words.js';

interface VersionRowProps {
  readonly version: Version;
  readonly mayEdit: boolean;
  /** Whether the keyboard comes back to this row. */
  readonly isReturnedTo: boolean;
  onView(): void;
  onCompare(): void;
  onRestore(): void;
  onRename(): void;
  onDelete(): void;
}

/** One version: what, when, by whom. A click compares it with the scene as it is. */
export function VersionRow({
  version,
  mayEdit,
  isReturnedTo,
  onView,
  onCompare,
  onRestore,
  onRename,
  onDelete,
}: VersionRowProps) {
  const label = versionLabel(version);
  const isNamed = version.kind === 'named';
  const Icon = isNamed ? Bookmark : Clock;
  return (
    <li className={classes.item} data-testid="version" data-kind={version.kind}>
      <button
        type="button"
        autoFocus={isReturnedTo}
        className={classes.open}
        onClick={onCompare}
        title={`Compare “${label}” with now`}
      >
        <Icon size={15} strokeWidth={1.7} aria-hidden className={classes.icon} />
        <span className={classes.text}>
          <span className={isNamed ? classes.name : classes.automatic}>{label}</span>
          <span className={classes.byLine}>
            <span>
              <TimeText at={version.created_at} />
            </span>
            {version.by !== null && (
              <span className={classes.who} title={version.by.name || version.by.subject}>
                {' · '}
                {version.by.name || version.by.subject}
              </span>
            )}
            <span>
              {' · '}
              {nodeCount(version.node_count)}
            </span>
          </span>
          {version.note !== '' && <span className={classes.note}>{version.note}</span>}
        </span>
      </button>
      <Menu position="bottom-end" width={190}>
        <Menu.Target>
          <ActionIcon aria-label={`Actions for ${label}`} data-testid="version-menu">
            <Ellipsis size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<Eye size={14} />} onClick={onView}>
            View
          </Menu.Item>
          <Menu.Item leftSection={<GitCompare size={14} />} onClick={onCompare}>
            Compare with now
          </Menu.Item>
          {mayEdit && (
            <>
              <Menu.Item leftSection={<History size={14} />} onClick={onRestore}>
                Restore…
              </Menu.Item>
              <Menu.Item leftSection={<Pencil size={14} />} onClick={onRename}>
                {isNamed ? 'Rename…' : 'Keep under a name…'}
              </Menu.Item>
              <Menu.Item color="red" leftSection={<Trash2 size={14} />} onClick={onDelete}>
                Delete…
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
    </li>
  );
}
