import { DioramaError, toWorkerSchema, type FromWorker, type RenderTask } from '@diorama/shared';
import type { SceneRenderer } from './rendering/scene-renderer.js';

export interface JobLoopOptions {
  readonly renderer: Pick<SceneRenderer, 'render'>;
  readonly send: (message: FromWorker) => Promise<void>;
  /** Milliseconds of a clock that never jumps. */
  readonly now: () => number;
  /** After a job: whether this process should be replaced. */
  readonly isWornOut: () => boolean;
  /** Ends the process; nothing is under way. */
  readonly end: (why: string) => void;
  readonly log: (line: string) => void;
}

/** Takes the server's messages and does one job after the other. */
export class JobLoop {
  readonly #options: JobLoopOptions;
  #last: Promise<void> = Promise.resolve();
  #ending = false;

  constructor(options: JobLoopOptions) {
    this.#options = options;
  }

  receive(raw: unknown): void {
    const parsed = toWorkerSchema.safeParse(raw);
    if (!parsed.success) {
      this.#options.log(`not a message for a render worker: ${parsed.error.message}`);
      return;
    }
    const message = parsed.data;
    switch (message.type) {
      case 'render':
        this.#last = this.#last.then(() => this.#perform(message.task));
        return;
      case 'shutdown':
        this.#last = this.#last.then(() => this.#end('the server asked for it'));
    }
  }

  async #perform(task: RenderTask): Promise<void> {
    if (this.#ending) return;
    const { renderer, send, now, isWornOut, log } = this.#options;
    const { job_id, output_key } = task;
    const began = now();
    const sends: Promise<void>[] = [];
    try {
      const warnings = await renderer.render(task, (progress, stage) => {
        sends.push(send({ type: 'progress', job_id, progress, stage }));
      });
      const seconds = (now() - began) / 1_000;
      sends.push(send({ type: 'done', job_id, output_key, warnings, seconds }));
    } catch (error) {
      log(error instanceof Error ? (error.stack ?? error.message) : String(error));
      sends.push(send(failureOf(job_id, error)));
    }
    await Promise.all(sends);
    if (isWornOut()) this.#end('it holds too much memory');
  }

  #end(why: string): void {
    if (this.#ending) return;
    this.#ending = true;
    this.#options.end(why);
  }
}

function failureOf(job_id: RenderTask['job_id'], error: unknown): FromWorker {
  const detail = error instanceof Error ? error.message : String(error);
  return error instanceof DioramaError
    ? { type: 'failed', job_id, code: error.code, detail, issues: [...error.issues] }
    : { type: 'failed', job_id, code: 'render_failed', detail, issues: [] };
}
