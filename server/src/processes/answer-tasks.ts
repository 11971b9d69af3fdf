import { parentPort } from 'node:worker_threads';
import type { NumberedTask, TaskReply } from './task-thread.js';

/** The other side of a `TaskThread`: answers each task with what `work` returns or throws. */
export function answerTasks<Task, Output>(work: (task: Task) => Output): void {
  const reply = (answer: TaskReply<Output>): void => parentPort?.postMessage(answer);
  parentPort?.on('message', ({ id, task }: NumberedTask<Task>) => {
    try {
      reply({ id, ok: true, output: work(task) });
    } catch (error) {
      reply({ id, ok: false, message: error instanceof Error ? error.message : String(error) });
    }
  });
}
