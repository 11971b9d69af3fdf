import { useEffect } from 'react';

import { useEditor } from '../state/editor-context.js';
import { Follower } from './follower.js';

/** Reads a list again, while it is shown, when others may have changed it. `reload` must keep its identity. */
export function useFollowed(reload: () => Promise<void>): void {
  const { session, store } = useEditor();
  useEffect(() => {
    const follower = new Follower({
      reload,
      isAwake: () => document.visibilityState === 'visible' && session.status !== 'offline',
    });
    const abort = new AbortController();
    window.addEventListener('focus', follower.hint, abort);
    document.addEventListener('visibilitychange', follower.hint, abort);
    const stops = [
      // Again when the role has changed, and after an interruption.
      session.on('welcome', follower.hint),
      session.on('synced', follower.hint),
      store.onChange(follower.hint),
    ];
    return () => {
      for (const stop of stops) stop();
      abort.abort();
      follower.stop();
    };
  }, [session, store, reload]);
}
