import { useEffect, useState } from 'react';

/** Words for times have a precision of a minute. */
const EVERY_MS = 20_000;

/** The present in milliseconds since 1970, anew every 20 seconds. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), EVERY_MS);
    return () => window.clearInterval(timer);
  }, []);
  return now;
}
