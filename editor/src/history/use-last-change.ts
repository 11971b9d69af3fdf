import { DioramaError } from '@diorama/client-sdk';
import type { ItemChange } from '@diorama/shared';
import { useEffect, useState } from 'react';

import { useEditor } from '../state/editor-context.js';

export type LastChange =
  | { readonly status: 'loading' }
  /** null: nothing is on record. */
  | { readonly status: 'known'; readonly change: ItemChange | null }
  | { readonly status: 'failed'; readonly error: DioramaError };

/** The server writes who changed what about once a second: asked earlier, it would tell of the change before. */
const AFTER_EDIT_MS = 1_800;

/** Who last changed a node; asked again some time after each change, and when the server was away. Give the component a key of the node's id. */
export function useLastChange(id: string): LastChange {
  const { diorama, session, sceneId, store } = useEditor();
  const [state, setState] = useState<LastChange>({ status: 'loading' });
  useEffect(() => {
    const abort = new AbortController();
    let timer: number | undefined;
    const ask = () => {
      diorama.scenes.nodeChanges(sceneId, id, { limit: 1, signal: abort.signal }).then(
        ({ items }) => setState({ status: 'known', change: items[0] ?? null }),
        (error: unknown) => {
          if (abort.signal.aborted) return;
          if (!(error instanceof DioramaError)) throw error;
          setState({ status: 'failed', error });
        },
      );
    };
    ask();
    const askLater = () => {
      window.clearTimeout(timer);
      timer = window.setTimeout(ask, AFTER_EDIT_MS);
    };
    const stops = [
      store.onNode(id, askLater),
      // While the server was away it could not be asked, and what others did there changed no node here.
      session.on('synced', () => {
        ask();
        askLater();
      }),
    ];
    return () => {
      for (const stop of stops) stop();
      window.clearTimeout(timer);
      abort.abort();
    };
  }, [diorama, session, sceneId, store, id]);
  return state;
}
