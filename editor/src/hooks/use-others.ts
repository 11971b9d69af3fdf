import type { Presence } from '@diorama/shared';
import { useCallback, useMemo, useRef, useSyncExternalStore } from 'react';

import { personOf, type Person } from '../people/person.js';
import { useEditor } from '../state/editor-context.js';

/** Reads something from the others' presence, and re-renders only when `same` says that it differs. */
function useOthers<T>(read: (others: ReadonlyMap<number, Presence>) => T, same: (a: T, b: T) => boolean): T {
  const { session } = useEditor();
  const last = useRef<{ value: T } | null>(null);
  return useSyncExternalStore(
    useCallback((callback: () => void) => session.on('presence', callback), [session]),
    () => {
      const value = read(session.presence.others);
      if (last.current === null || !same(last.current.value, value)) last.current = { value };
      return last.current.value;
    },
  );
}

const asText = (value: unknown): string => JSON.stringify(value);
const sameText = (a: unknown, b: unknown): boolean => asText(a) === asText(b);

/** The other people in the scene, in the order of their client ids. Cursors that move do not re-render. */
export function usePeople(): readonly Person[] {
  return useOthers(
    (others) => [...others].map(([id, presence]) => personOf(id, presence)).sort((a, b) => a.id - b.id),
    sameText,
  );
}

/** Node id → who else has it selected. */
export function useOthersSelections(): ReadonlyMap<string, readonly Person[]> {
  const pairs = useOthers(
    (others) =>
      [...others].flatMap(([id, presence]) =>
        (presence.selection ?? []).map((node) => [node, personOf(id, presence)] as const),
      ),
    sameText,
  );
  return useMemo(() => {
    const map = new Map<string, Person[]>();
    for (const [node, person] of pairs) map.set(node, [...(map.get(node) ?? []), person]);
    return map;
  }, [pairs]);
}
