import { Button } from '@mantine/core';
import { ArrowLeft } from 'lucide-react';

import { usePast } from '../hooks/use-past.js';
import { useEditor } from '../state/editor-context.js';
import { TimeText } from '../time/time-text.js';
import classes from './history.module.css';
import { versionLabel } from './version-words.js';

/** Says over the view that it shows a version and not the scene, and leads back. */
export function PastBanner() {
  const { past } = useEditor();
  const lookedAt = usePast();
  if (lookedAt === null) return null;
  const { version } = lookedAt;
  return (
    <div className={classes.banner} role="status" data-testid="past-banner">
      <span className={classes.bannerText}>
        <span className={classes.name}>{versionLabel(version)}</span>
        <span className={classes.facts}>
          The scene of <TimeText at={version.created_at} />, to look at only
        </span>
      </span>
      <Button leftSection={<ArrowLeft size={14} />} onClick={() => past.leave()} data-testid="past-leave">
        Back to now
      </Button>
    </div>
  );
}
