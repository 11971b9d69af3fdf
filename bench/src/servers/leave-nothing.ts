/** Ends this process by `process.exit` when it is asked to end, so that what it has started ends with it. */
export function exitOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
}

/** Sends a process a signal when this one exits, whether all went well or not. */
export function killAtExit(pid: number, signal: NodeJS.Signals): void {
  process.once('exit', () => {
    try {
      process.kill(pid, signal);
    } catch (error) {
      // It has ended already, as it should have.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  });
}
