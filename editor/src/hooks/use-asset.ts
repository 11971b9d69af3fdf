import { DioramaError } from '@diorama/client-sdk';
import type { Asset } from '@diorama/shared';
import { useEffect, useState } from 'react';

import { useEditor } from '../state/editor-context.js';

export type AssetState =
  | { readonly status: 'loading' }
  | { readonly status: 'ready'; readonly asset: Asset }
  | { readonly status: 'failed'; readonly error: DioramaError };

/** What the server knows of an asset; assets never change, so each is asked for once. */
export function useAsset(id: string | null): AssetState | null {
  const { diorama } = useEditor();
  const [answer, setAnswer] = useState<{ id: string; state: AssetState } | null>(null);
  useEffect(() => {
    if (id === null) return;
    const abort = new AbortController();
    diorama.assets.get(id, { signal: abort.signal }).then(
      (asset) => setAnswer({ id, state: { status: 'ready', asset } }),
      (error: unknown) => {
        if (abort.signal.aborted) return;
        if (!(error instanceof DioramaError)) throw error;
        setAnswer({ id, state: { status: 'failed', error } });
      },
    );
    return () => abort.abort();
  }, [diorama, id]);
  if (id === null) return null;
  return answer?.id === id ? answer.state : { status: 'loading' };
}
