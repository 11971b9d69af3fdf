import { DioramaError } from '@diorama/client-sdk';
import type { CameraConfig, OutputFormat, RenderJob } from '@diorama/shared';
import { useCallback, useEffect, useRef, useState } from 'react';

import { useEditor } from '../state/editor-context.js';

export interface RenderSettings {
  readonly camera: CameraConfig;
  readonly resolution: readonly [number, number];
  readonly format: OutputFormat;
  readonly transparent: boolean;
}

export type RenderState =
  | { readonly status: 'idle' }
  | { readonly status: 'running'; readonly job: RenderJob | null }
  | { readonly status: 'done'; readonly job: RenderJob; readonly url: string }
  | { readonly status: 'failed'; readonly error: unknown };

/** One render at a time: from the order to the picture, or to why there is none. */
export function useRender() {
  const { diorama, session, sceneId } = useEditor();
  const [state, setState] = useState<RenderState>({ status: 'idle' });
  const abort = useRef<AbortController | null>(null);
  const url = useRef<string | null>(null);

  const forget = useCallback(() => {
    abort.current?.abort();
    if (url.current !== null) URL.revokeObjectURL(url.current);
    url.current = null;
  }, []);
  useEffect(() => forget, [forget]);

  const start = useCallback(
    async ({ camera, resolution, format, transparent }: RenderSettings) => {
      forget();
      const { signal } = (abort.current = new AbortController());
      setState({ status: 'running', job: null });
      try {
        // The server pins what it has stored: our last edits must be among it.
        await session.flushed();
        const job = await diorama.renders.create(
          {
            scene_id: sceneId,
            camera_config: camera,
            resolution: [...resolution],
            output_format: format,
            transparent_background: transparent,
          },
          { signal },
        );
        setState({ status: 'running', job });
        const ended = await diorama.renders.wait(job.job_id, {
          signal,
          onProgress: (update) => setState({ status: 'running', job: update }),
        });
        if (ended.status === 'cancelled') return setState({ status: 'idle' });
        const picture = await diorama.renders.output(job.job_id, { signal });
        url.current = URL.createObjectURL(picture);
        setState({ status: 'done', job: ended, url: url.current });
      } catch (error) {
        if (!signal.aborted) setState({ status: 'failed', error });
      }
    },
    [diorama, session, sceneId, forget],
  );

  const cancel = useCallback(async () => {
    const job = state.status === 'running' ? state.job : null;
    forget();
    setState({ status: 'idle' });
    if (job === null) return;
    try {
      await diorama.renders.cancel(job.job_id);
    } catch (error) {
      // It ended before the wish to cancel it arrived: nothing is left to stop.
      if (!(error instanceof DioramaError && error.code === 'render_job_finished'))
        setState({ status: 'failed', error });
    }
  }, [diorama, forget, state]);

  return { state, start, cancel };
}
