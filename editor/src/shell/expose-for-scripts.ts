import type { Editor } from '../state/editor-context.js';

/** What the browser's console and scripts may hold on to: the open scene's session and view. */
export interface DioramaForScripts {
  readonly session: Editor['session'];
  readonly state: Editor['state'];
  readonly viewport: Editor['viewport'];
}

declare global {
  interface Window {
    /** The open scene, for the console and for scripts. Absent while none is open. */
    __diorama?: DioramaForScripts;
  }
}

/**
 * Puts the open scene on `window.__diorama`, always and not only in tests: whoever can run a script here has the
 * token anyway, and people who extend the editor start in its console.
 */
export function exposeForScripts({ session, state, viewport }: Editor): () => void {
  const exposed: DioramaForScripts = Object.freeze({ session, state, viewport });
  window.__diorama = exposed;
  return () => {
    if (window.__diorama === exposed) delete window.__diorama;
  };
}
