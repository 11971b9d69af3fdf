import { useEffect, useRef, useSyncExternalStore } from 'react';

import { useCommentsView } from '../comments/use-comments.js';
import { useEditor } from '../state/editor-context.js';
import classes from './viewport.module.css';

/** Puts the view into the page; the view itself lives outside of React. */
export function ViewportView() {
  const { viewport } = useEditor();
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (host.current !== null) return viewport.mount(host.current);
    return undefined;
  }, [viewport]);
  const { placing } = useCommentsView();
  const notice = useSyncExternalStore(viewport.notice.subscribe, () => viewport.notice.text);
  return (
    <div ref={host} className={classes.host}>
      {placing && (
        <div className={`${classes.notice} ${classes.hint}`} role="status" data-testid="placing-hint">
          Click what the comment is about. Esc gives up.
        </div>
      )}
      {notice !== null && (
        <div className={classes.notice} role="status" data-testid="viewport-notice">
          {notice}
        </div>
      )}
    </div>
  );
}
