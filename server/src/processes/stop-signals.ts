/** Ctrl-C comes several times at once: from the terminal, and from npm and whoever else passes it on. */
const ONE_AND_THE_SAME_MS = 1_000;

/** Where signals come from: the process. */
export interface SignalSource {
  on(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
}

export interface StopSignalsOptions {
  readonly signals: SignalSource;
  /** Stops in good order. Called once. */
  readonly stop: (reason: string) => void;
  /** Somebody at a terminal does not want to wait for that. */
  readonly endAtOnce: () => void;
  /** Milliseconds of some clock that only goes forward. */
  readonly now: () => number;
}

/** Stops at the first signal, and ends at once when a person presses Ctrl-C again. Supervisors may repeat SIGTERM. */
export function onStopSignals({ signals, stop, endAtOnce, now }: StopSignalsOptions): void {
  let since: number | undefined;
  const asked = (reason: string): void => {
    since = now();
    stop(reason);
  };
  signals.on('SIGTERM', () => {
    if (since === undefined) asked('SIGTERM');
  });
  signals.on('SIGINT', () => {
    if (since === undefined) asked('SIGINT');
    else if (now() - since > ONE_AND_THE_SAME_MS) endAtOnce();
  });
}
