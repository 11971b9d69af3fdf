import type { Comparison, Version } from '@diorama/shared';
import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { ArrowLeft, Eye, History, RefreshCw } from 'lucide-react';

import { usePast } from '../hooks/use-past.js';
import { EmptyState } from '../shell/empty-state.js';
import { Loading, Problem } from '../shell/load-states.js';
import { useEditor } from '../state/editor-context.js';
import { TimeText } from '../time/time-text.js';
import { ComparedNodes } from './compared-nodes.js';
import classes from './history.module.css';
import { OtherChanges } from './other-changes.js';
import { useComparison } from './use-comparison.js';
import { versionLabel } from './version-words.js';

interface ComparisonViewProps {
  readonly version: Version;
  readonly mayEdit: boolean;
  /** Changes when the scene was restored: compare again. */
  readonly round: number;
  onBack(): void;
  onView(): void;
  onRestore(): void;
}

/** What is different now from what was then. */
export function ComparisonView({ version, mayEdit, round, onBack, onView, onRestore }: ComparisonViewProps) {
  const { comparison, error, isOld, reload } = useComparison(version.version_id, round);
  return (
    <>
      <div className={classes.since}>
        <Tooltip label="All versions">
          <ActionIcon
            onClick={onBack}
            aria-label="Back to all versions"
            autoFocus
            data-testid="comparison-back"
          >
            <ArrowLeft size={16} strokeWidth={1.7} />
          </ActionIcon>
        </Tooltip>
        <span className={classes.text}>
          <span className={classes.name}>Since “{versionLabel(version)}”</span>
          <span className={classes.facts}>
            <TimeText at={version.created_at} />
          </span>
        </span>
      </div>
      {version.note !== '' && <p className={classes.fullNote}>{version.note}</p>}
      <ViewButton version={version} onView={onView} />
      {mayEdit && (
        <Button
          fullWidth
          variant="default"
          leftSection={<History size={14} />}
          onClick={onRestore}
          data-testid="restore"
        >
          Restore this version
        </Button>
      )}
      {isOld && (
        <Button
          fullWidth
          variant="subtle"
          leftSection={<RefreshCw size={13} />}
          onClick={() => void reload()}
          data-testid="compare-again"
        >
          The scene has changed: compare again
        </Button>
      )}
      {error !== null && (
        <Problem title="They cannot be compared" error={error} onRetry={() => void reload()} />
      )}
      {comparison === null && error === null && <Loading label="Comparing" />}
      {comparison !== null && <Differences comparison={comparison} />}
    </>
  );
}

/** Shows the version in the view, and the scene again. */
function ViewButton({ version, onView }: Pick<ComparisonViewProps, 'version' | 'onView'>) {
  const { past } = useEditor();
  const isShown = usePast()?.version.version_id === version.version_id;
  return (
    <Button
      fullWidth
      variant={isShown ? 'light' : 'default'}
      leftSection={<Eye size={14} />}
      aria-pressed={isShown}
      onClick={() => (isShown ? past.leave() : onView())}
      data-testid="view-version"
    >
      {isShown ? 'Back to now' : 'View this version'}
    </Button>
  );
}

function Differences({ comparison }: { comparison: Comparison }) {
  const { nodes, materials, animations, comments, settings, truncated } = comparison;
  const all = [nodes, materials, animations, comments].flatMap(({ counts }) => Object.values(counts));
  if (settings.length === 0 && all.every((count) => count === 0))
    return <EmptyState testId="no-differences">Nothing differs: the scene is as it was then.</EmptyState>;
  return (
    <>
      <ComparedNodes title="Added" tone="added" items={nodes.added} count={nodes.counts.added} />
      <ComparedNodes title="Changed" tone="changed" items={nodes.changed} count={nodes.counts.changed} />
      <ComparedNodes title="Removed" tone="removed" items={nodes.removed} count={nodes.counts.removed} />
      <OtherChanges comparison={comparison} />
      {truncated && <p className={classes.facts}>Only the first 5,000 of each are listed.</p>}
    </>
  );
}
