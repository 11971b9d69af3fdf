import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { DioramaError } from '@diorama/shared';
import type { InspectorReply, InspectorRequest } from './jobs.js';

export interface InspectorBounds {
  /** One job; then the process is killed. */
  readonly timeoutMs: number;
  /** Resident memory of the process, native decoders included. */
  readonly memoryBytes: number;
  /** Of V8's heap. */
  readonly heapBytes: number;
}

/** Child processes run compiled code, also when the server's sources are under test. */
const ENTRY = fileURLToPath(
  new URL('./process.js', import.meta.url.replace('/server/src/', '/server/dist/')),
);

/** The end of what a crashing process printed is enough to tell why. */
const STDERR_KEPT = 4_096;

/** No secret of the server's environment belongs into a process that reads files of strangers. */
const inheritedEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    // The data directory is there so that an operator can tell whose process it is.
    ['PATH', 'DIORAMA_DATA_DIR'].flatMap((name) =>
      process.env[name] === undefined ? [] : [[name, process.env[name]]],
    ),
  );

const failed = (detail: string): DioramaError => new DioramaError('asset_processing_failed', detail);

export interface InspectorChildOptions extends InspectorBounds {
  readonly entry?: string;
  /** Told about every failure that is not the file's fault in an orderly way. */
  readonly onTrouble: (trouble: { readonly message: string; readonly output: string }) => void;
}

/** One inspector process. It does one job at a time. */
export class InspectorChild {
  readonly #options: InspectorChildOptions;
  readonly #child: ChildProcess;
  #stderr = '';
  #ended = false;
  readonly #exit: Promise<string>;

  constructor(options: InspectorChildOptions) {
    this.#options = options;
    this.#child = fork(options.entry ?? ENTRY, [String(options.memoryBytes)], {
      execArgv: [`--max-old-space-size=${Math.ceil(options.heapBytes / 2 ** 20)}`],
      env: inheritedEnvironment(),
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_KEPT);
    });
    this.#exit = new Promise((resolve) => {
      const end = (why: string): void => {
        this.#ended = true;
        resolve(why);
      };
      this.#child.once('exit', (code, signal) => end(signal ?? `exit code ${code}`));
      this.#child.once('error', (error) => end(error.message));
    });
  }

  get usable(): boolean {
    return !this.#ended && this.#child.connected;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Throws what the job threw, or `asset_processing_failed` when the process ends or takes too long over it. */
  async perform(request: InspectorRequest): Promise<unknown> {
    const { timeoutMs, onTrouble } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    let listener: ((reply: InspectorReply) => void) | undefined;
    try {
      const replied = new Promise<InspectorReply>((resolve) => {
        listener = (reply) => {
          if (reply.id === request.id) resolve(reply);
        };
        this.#child.on('message', listener);
      });
      const expired = new Promise<'timeout'>((resolve) => {
        timer = setTimeout(() => resolve('timeout'), timeoutMs);
      });
      this.#child.send(request);
      const outcome = await Promise.race([replied, expired, this.#exit]);
      if (outcome === 'timeout') {
        this.kill();
        onTrouble({ message: `${request.kind} took longer than ${timeoutMs} ms`, output: this.#stderr });
        throw failed(`It took longer than ${timeoutMs / 1000} seconds to process`);
      }
      if (typeof outcome === 'string') {
        onTrouble({ message: `${request.kind} ended the process: ${outcome}`, output: this.#stderr });
        const outgrown = outcome === 'SIGUSR2' || outcome === 'SIGABRT';
        throw failed(outgrown ? 'It needs more memory than is allowed' : 'Processing it crashed');
      }
      if (outcome.ok) return outcome.output;
      if (outcome.internal !== undefined)
        onTrouble({ message: `${request.kind} failed`, output: outcome.internal });
      throw new DioramaError(outcome.code, outcome.detail, { issues: outcome.issues });
    } finally {
      clearTimeout(timer);
      if (listener !== undefined) this.#child.off('message', listener);
    }
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Ends the process and waits for it. */
  async close(): Promise<void> {
    this.kill();
    await this.#exit;
  }
}
