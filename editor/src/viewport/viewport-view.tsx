import { useEffect, useRef, useSyncExternalStore } from 'react';

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
  const notice = useSyncExternalStore(viewport.notice.subscribe, () => viewport.notice.text);
  return (
    <div ref={host} className={classes.host}>
      {notice !== null && (
        <div className={classes.notice} role="status" data-testid="viewport-notice">
          {notice}
        </div>
      )}
    </div>
  );
}
