import { useNow } from './use-now.js';
import { exactTime, relativeTime } from './words.js';

interface TimeTextProps {
  /** RFC 3339, of the server's clock. */
  readonly at: string;
  /** Whether it lies ahead. What has happened is never shown in the future, whatever this machine's clock says. */
  readonly ahead?: boolean;
}

/** A time in words that keep up with the clock; the exact one shows under the pointer. */
export function TimeText({ at, ahead = false }: TimeTextProps) {
  const now = useNow();
  const time = Date.parse(at);
  return (
    <time dateTime={at} title={exactTime(time)}>
      {relativeTime(ahead ? time : Math.min(time, now), now)}
    </time>
  );
}
