import { useCallback, useEffect, useState, type RefObject } from 'react';

/** Rows kept above and below what is visible, so that quick scrolling shows no gap. */
const OVERSCAN = 8;

/** Which rows of equal height a scroll container shows, so that only those are in the page. */
export function useWindow(container: RefObject<HTMLElement | null>, rowHeight: number, count: number) {
  const [view, setView] = useState({ top: 0, height: 600 });
  const measure = useCallback(() => {
    const element = container.current;
    if (element) setView({ top: element.scrollTop, height: element.clientHeight });
  }, [container]);

  useEffect(() => {
    const element = container.current;
    if (!element) return;
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener('scroll', measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', measure);
    };
  }, [container, measure]);

  const reveal = useCallback(
    (index: number) => {
      const element = container.current;
      if (!element || index < 0) return;
      const top = index * rowHeight;
      if (top < element.scrollTop) element.scrollTop = top;
      else if (top + rowHeight > element.scrollTop + element.clientHeight)
        element.scrollTop = top + rowHeight - element.clientHeight;
    },
    [container, rowHeight],
  );

  const first = Math.max(0, Math.min(Math.floor(view.top / rowHeight), count - 1) - OVERSCAN);
  const last = Math.min(count, Math.ceil((view.top + view.height) / rowHeight) + OVERSCAN);
  return { first, last, reveal };
}
