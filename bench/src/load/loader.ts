// The load generator's process: gets one job over IPC, does it, answers and ends.
import { JOBS, type JobName } from './jobs.js';

interface Order {
  readonly job: JobName;
  readonly params: unknown;
}

const send = (message: object): Promise<void> =>
  new Promise((resolve) => {
    if (process.send === undefined) throw new Error('the loader is started by the benchmark');
    process.send(message, undefined, undefined, () => resolve());
  });

process.once('message', (order: Order) => {
  const io = { measuring: (on: boolean) => send({ kind: 'measuring', on }) };
  const job = JOBS[order.job] as (params: unknown, to: typeof io) => Promise<unknown>;
  job(order.params, io).then(
    (result) => send({ kind: 'result', result }).then(() => process.exit(0)),
    (error: unknown) =>
      send({ kind: 'failed', error: error instanceof Error ? error.stack : String(error) }).then(() =>
        process.exit(1),
      ),
  );
});
process.once('disconnect', () => process.exit(1));
