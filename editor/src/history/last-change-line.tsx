import { usePast } from '../hooks/use-past.js';
import { TimeText } from '../time/time-text.js';
import classes from './history.module.css';
import { useLastChange } from './use-last-change.js';

/** Who last changed a node, and when. The line is always there, so that nothing below it jumps. */
export function LastChangeLine({ id }: { id: string }) {
  const state = useLastChange(id);
  // What is known is about now.
  if (usePast() !== null) return null;
  return (
    <p className={classes.lastChange} data-testid="last-change">
      <LastChangeText state={state} />
    </p>
  );
}

function LastChangeText({ state }: { state: ReturnType<typeof useLastChange> }) {
  switch (state.status) {
    case 'loading':
      return '\u00a0';
    case 'failed':
      return <span title={state.error.message}>Who changed it last cannot be told now</span>;
    case 'known': {
      const { change } = state;
      if (change === null) return 'No change is on record';
      const name = change.by.name || change.by.subject;
      return (
        <>
          <span className={classes.lastName} title={name}>
            Last changed by {name}
          </span>
          <span>
            , <TimeText at={change.at} />
          </span>
        </>
      );
    }
  }
}
