import {
  DioramaError,
  fromWorkerSchema,
  type FromWorker,
  type ReadinessCheck,
  type RenderTask,
  type ToWorker,
} from '@diorama/shared';
import { type ChildProcess, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Logger } from '../../observability/logger.js';

/** How an attempt ended. */
export type RenderOutcome =
  | { readonly type: 'done'; readonly warnings: readonly string[] }
  | { readonly type: 'failed'; readonly error: DioramaError }
  | { readonly type: 'timeout'; readonly timeoutMs: number }
  | { readonly type: 'ended'; readonly reason: string }
  /** By nothing that the job could have caused. */
  | { readonly type: 'interrupted' };

export interface RenderChildOptions {
  /** The compiled program of the worker. */
  readonly entry: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly logger: Logger;
  /** `state` or `usable` has changed. */
  readonly onChange: () => void;
}

export interface RenderBounds {
  readonly timeoutMs: number;
  readonly onProgress: (progress: number, stage: string) => void;
}

interface Current {
  readonly jobId: string;
  readonly onProgress: RenderBounds['onProgress'];
  readonly end: (outcome: RenderOutcome) => void;
}

/** What is left in the pipes of a process that has ended arrives within this. */
const DRAIN_MS = 1_000;
/** The end of what a crashing process printed is enough to tell why. */
const LINES_KEPT = 40;

/** One worker process and the messages to and from it. It renders one job at a time. */
export class RenderChild {
  readonly #child: ChildProcess;
  readonly #options: RenderChildOptions;
  readonly #lines: string[] = [];
  readonly #ended: Promise<void>;
  #state: ReadinessCheck = { status: 'starting' };
  #usable = true;
  #dismissed = false;
  #left = false;
  #reason = 'it could not be started';
  #current: Current | undefined;

  constructor(options: RenderChildOptions) {
    this.#options = options;
    this.#child = fork(options.entry, [], {
      env: { ...options.environment },
      execArgv: [],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // A process group of its own: Ctrl-C in a terminal ends it through us, and what it started ends with it.
      detached: true,
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) if (stream !== null) this.#log(stream);
    this.#child.on('message', (message) => this.#receive(message));
    this.#ended = this.#watch();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** What the worker says of itself. */
  get state(): ReadinessCheck {
    return this.#state;
  }

  /** Whether it runs and may be given a job. */
  get usable(): boolean {
    return this.#usable;
  }

  /** Whether it ended because we wanted it to. */
  get dismissed(): boolean {
    return this.#dismissed;
  }

  /** Whether a worker that was ready ended by itself without complaint: it does so when it has grown too large. */
  get left(): boolean {
    return this.#left;
  }

  /** Signal or exit code. */
  get reason(): string {
    return this.#reason;
  }

  /** The line of its output that says best why it ended: an error's message, which Node prints above its stack. */
  get lastWords(): string {
    const line = this.#lines.findLast((each) => /error/i.test(each)) ?? this.#lines.at(-1);
    return line ?? 'none';
  }

  async render(task: RenderTask, { timeoutMs, onProgress }: RenderBounds): Promise<RenderOutcome> {
    let timer: NodeJS.Timeout | undefined;
    const reported = new Promise<RenderOutcome>((end) => {
      this.#current = { jobId: task.job_id, onProgress, end };
      timer = setTimeout(() => {
        this.dismiss();
        end({ type: 'timeout', timeoutMs });
      }, timeoutMs);
    });
    this.#send({ type: 'render', task });
    const ended = this.#ended.then(
      // A worker leaves between two jobs; this one crossed its way.
      (): RenderOutcome => (this.#left ? { type: 'interrupted' } : { type: 'ended', reason: this.#reason }),
    );
    const outcome = await Promise.race([reported, ended]);
    clearTimeout(timer);
    this.#current = undefined;
    return outcome;
  }

  /** Kills it in the middle of whatever it does. */
  dismiss(): void {
    this.#dismissed = true;
    this.#kill();
  }

  /** Asks it to end, insists after `graceMs`, and waits for it. */
  async close(graceMs: number): Promise<void> {
    this.#usable = false;
    this.#send({ type: 'shutdown' });
    const timer = setTimeout(() => this.#killGroup(), graceMs);
    await this.#ended;
    clearTimeout(timer);
  }

  #receive(message: unknown): void {
    const parsed = fromWorkerSchema.safeParse(message);
    if (parsed.success) return this.#handle(parsed.data);
    this.#options.logger.error({ message, issues: parsed.error.issues }, 'not a message of a render worker');
    this.#kill();
  }

  #handle(message: FromWorker): void {
    switch (message.type) {
      case 'ready':
        this.#options.logger.info({ renderer: message.renderer }, 'render worker is ready');
        return this.#change({ status: 'ready' });
      case 'unavailable':
        this.#change({ status: 'unavailable', detail: message.reason });
        return this.#current?.end({ type: 'interrupted' });
      case 'progress':
        return this.#currentOf(message)?.onProgress(message.progress, message.stage);
      case 'done':
        return this.#currentOf(message)?.end({ type: 'done', warnings: message.warnings });
      case 'failed': {
        const error = new DioramaError(message.code, message.detail, { issues: message.issues });
        return this.#currentOf(message)?.end({ type: 'failed', error });
      }
    }
  }

  #change(state: ReadinessCheck): void {
    this.#state = state;
    this.#options.onChange();
  }

  #currentOf({ job_id }: { readonly job_id: string }): Current | undefined {
    return this.#current?.jobId === job_id ? this.#current : undefined;
  }

  #send(message: ToWorker): void {
    // A channel that is closed belongs to a process that ends, and that is seen by its end.
    this.#child.send(message, () => undefined);
  }

  #watch(): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        resolve();
        this.#options.onChange();
      };
      this.#child.once('exit', (code, signal) => {
        this.#usable = false;
        this.#left = code === 0 && this.#state.status === 'ready';
        this.#reason = signal ?? `exit code ${code}`;
        this.#killGroup();
        setTimeout(() => {
          this.#child.stdout?.destroy();
          this.#child.stderr?.destroy();
        }, DRAIN_MS).unref();
      });
      // Comes after the last message and the last line of output.
      this.#child.once('close', end);
      this.#child.once('error', (error) => {
        if (this.pid !== undefined) return this.#kill();
        this.#usable = false;
        this.#reason = error.message;
        end();
      });
    });
  }

  #kill(): void {
    this.#usable = false;
    this.#killGroup();
  }

  #killGroup(): void {
    if (this.pid === undefined) return;
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch (error) {
      // Nobody is left in the group.
      if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }

  #log(stream: Readable): void {
    createInterface({ input: stream }).on('line', (line) => {
      if (line.trim() !== '') this.#lines.push(line.trim());
      if (this.#lines.length > LINES_KEPT) this.#lines.shift();
      this.#options.logger.info(line);
    });
  }
}
