import { useState } from 'react';

export interface Change {
  readonly busy: boolean;
  /** What the last one failed with. */
  readonly problem: unknown;
  /** Runs one change at a time; resolves to whether it was made. */
  run(work: () => Promise<unknown>): Promise<boolean>;
  forget(): void;
}

/** A change that is asked of the server, and why it was refused. */
export function useChange(): Change {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const run = async (work: () => Promise<unknown>) => {
    setBusy(true);
    setProblem(null);
    try {
      await work();
      return true;
    } catch (error) {
      setProblem(error);
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, problem, run, forget: () => setProblem(null) };
}
