import { startCpuMeter } from './processes.js';
import { delay } from './wait.js';

/** How a job talks to the benchmark while it runs. */
export interface JobIo {
  /** A span that a profile is to cover begins or ends. */
  readonly measuring: (on: boolean) => Promise<void>;
}

/** Shares of a core over a span, in percent. */
export interface Cpu {
  readonly serverCpu: number;
  readonly databaseCpu: number;
  readonly loadCpu: number;
  readonly seconds: number;
}

interface Measured {
  readonly pids: readonly number[];
  readonly databasePids: readonly number[];
}

/** Lets things run for a while and measures whose CPU they take; a server's includes its database's. */
export async function measureCpu(target: Measured, milliseconds: number, io?: JobIo): Promise<Cpu> {
  const span = startCpuSpan(target);
  await io?.measuring(true);
  await delay(milliseconds);
  const cpu = span();
  await io?.measuring(false);
  return cpu;
}

export function startCpuSpan(target: Measured): () => Cpu {
  const server = startCpuMeter(target.pids);
  const database = startCpuMeter(target.databasePids);
  const own = process.cpuUsage();
  const since = performance.now();
  return () => {
    const seconds = (performance.now() - since) / 1000;
    const { user, system } = process.cpuUsage(own);
    return {
      serverCpu: (server() / seconds) * 100,
      databaseCpu: (database() / seconds) * 100,
      loadCpu: ((user + system) / 1e6 / seconds) * 100,
      seconds,
    };
  };
}
