import { useCallback, useEffect, useState } from 'react';

const read = (): string | null => new URL(window.location.href).searchParams.get('scene') || null;

/** The scene of the address `/?scene=scn_…`; null is the list of scenes. Back and forward work. */
export function useSceneParam(): [string | null, (sceneId: string | null) => void] {
  const [sceneId, setSceneId] = useState(read);
  useEffect(() => {
    const onPop = () => setSceneId(read());
    window.addEventListener('popstate', onPop);
    return () => window.removeEventListener('popstate', onPop);
  }, []);
  const go = useCallback((next: string | null) => {
    const url = new URL(window.location.href);
    if (next === null) url.searchParams.delete('scene');
    else url.searchParams.set('scene', next);
    window.history.pushState(null, '', url);
    setSceneId(next);
  }, []);
  return [sceneId, go];
}
