import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

const START_TIMEOUT_MS = 20_000;
/** fd 3: Xvfb writes the number of the display that it found free, and a newline. */
const DISPLAY_FD = 3;
const ARGUMENTS = [
  '-displayfd',
  String(DISPLAY_FD),
  '-screen',
  '0',
  '64x64x24',
  '-nolisten',
  'tcp',
  // Ends with its last client: a worker that is killed takes its display along.
  '-terminate',
];

/** The display could not be started; the message says why. */
export class NoDisplayError extends Error {
  override readonly name = 'NoDisplayError';
}

/** An X display of our own, without a screen to look at. */
export class Xvfb {
  readonly display: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, display: string) {
    this.#child = child;
    this.display = display;
  }

  /** Resolves when the display takes clients. Throws NoDisplayError. */
  static async start(): Promise<Xvfb> {
    const child = spawn('Xvfb', ARGUMENTS, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
    let complaints = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      complaints = (complaints + text).slice(-2_000);
    });
    try {
      return new Xvfb(child, `:${await displayNumber(child, () => complaints)}`);
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Calls back when the display ends before it is stopped. */
  onExit(callback: () => void): void {
    this.#child.once('exit', callback);
  }

  stop(): void {
    this.#child.removeAllListeners('exit');
    this.#child.kill('SIGKILL');
  }
}

function displayNumber(child: ChildProcess, complaints: () => string): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      clearTimeout(timer);
      reject(new NoDisplayError(`Xvfb ${why}${complaints() === '' ? '' : `: ${complaints().trim()}`}`));
    };
    const timer = setTimeout(() => fail(`did not start within ${START_TIMEOUT_MS} ms`), START_TIMEOUT_MS);
    child.once('error', (error: NodeJS.ErrnoException) =>
      fail(error.code === 'ENOENT' ? 'is not installed' : `cannot be started (${error.message})`),
    );
    child.once('exit', (code, signal) => fail(`ended with ${signal ?? `exit code ${code}`}`));
    let text = '';
    (child.stdio[DISPLAY_FD] as Readable).setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (!text.includes('\n')) return;
      clearTimeout(timer);
      child.removeAllListeners('exit');
      resolve(Number.parseInt(text, 10));
    });
  });
}
