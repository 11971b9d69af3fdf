import { DioramaError } from '@diorama/client-sdk';
import type { Comparison } from '@diorama/shared';
import { useCallback, useEffect, useRef, useState } from 'react';

import { useEditor } from '../state/editor-context.js';
import { ownEditsStored } from './stored.js';

export interface ComparisonState {
  /** null until the first is there; the last one stays while another is on its way. */
  readonly comparison: Comparison | null;
  readonly error: DioramaError | null;
  /** Whether the scene has changed since it was made. */
  readonly isOld: boolean;
  reload(): Promise<void>;
}

/** A version compared with the scene as it is. `round` makes another comparison whenever it changes. */
export function useComparison(versionId: string, round: number): ComparisonState {
  const { diorama, session, sceneId } = useEditor();
  const [comparison, setComparison] = useState<Comparison | null>(null);
  const [error, setError] = useState<DioramaError | null>(null);
  const [isOld, setIsOld] = useState(false);
  const latest = useRef(0);

  const reload = useCallback(async () => {
    const turn = ++latest.current;
    setIsOld(false);
    try {
      await ownEditsStored(session);
      const answer = await diorama.scenes.compare(sceneId, versionId);
      if (turn !== latest.current) return;
      setComparison(answer);
      setError(null);
    } catch (thrown) {
      if (!(thrown instanceof DioramaError)) throw thrown;
      if (turn === latest.current) setError(thrown);
    }
  }, [diorama, session, sceneId, versionId]);

  useEffect(() => {
    void reload();
  }, [reload, round]);
  // The store may show a version meanwhile: what is compared is the session's document.
  useEffect(() => {
    const changed = () => setIsOld(true);
    let { doc } = session;
    doc.on('update', changed);
    const stop = session.on('reset', (fresh) => {
      doc.off('update', changed);
      doc = fresh;
      doc.on('update', changed);
      changed();
    });
    return () => {
      stop();
      doc.off('update', changed);
    };
  }, [session]);
  return { comparison, error, isOld, reload };
}
