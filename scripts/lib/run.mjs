import { spawn } from 'node:child_process';

import { ROOT } from './paths.mjs';

/**
 * @typedef {object} RunResult
 * @property {number} code exit code; 128 + n after signal n as in a shell, 127 if the command could not start
 * @property {string} output what it wrote, where `output` was `'capture'`
 */

const SIGNAL_EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGKILL: 137, SIGTERM: 143 };

/** Exit code of a process that ended with `code` or by `signal`, as a shell reports it. */
export function exitCode(code, signal) {
  return code ?? SIGNAL_EXIT_CODES[signal] ?? 1;
}

/**
 * Runs a command in the root of the checkout until it ends. It never throws: a command that cannot start is
 * a result like any other.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {object} [options]
 * @param {'show' | 'capture'} [options.output] pass its output through (default), or keep it for the caller
 * @param {Record<string, string>} [options.env] variables over those of this process
 * @param {number} [options.timeoutMs] kills the command and its children after this time; by default never
 * @returns {Promise<RunResult>}
 */
export function run(command, args, { output = 'show', env = {}, timeoutMs } = {}) {
  return new Promise((resolve) => {
    const stream = output === 'show' ? 'inherit' : 'pipe';
    // A group of its own lets a time-out end the browsers and servers that a test runner has started, too.
    const detached = timeoutMs !== undefined;
    const child = spawn(command, args, {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ['ignore', stream, stream],
      detached,
    });
    const chunks = [];
    child.stdout?.on('data', (chunk) => chunks.push(chunk));
    child.stderr?.on('data', (chunk) => chunks.push(chunk));

    const killGroup = () => process.kill(-child.pid, 'SIGKILL');
    const timer = detached ? setTimeout(killGroup, timeoutMs) : undefined;
    const stopWithChild = (signal) => {
      killGroup();
      process.exit(exitCode(null, signal));
    };
    if (detached) for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, stopWithChild);

    const finish = (code) => {
      clearTimeout(timer);
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(signal, stopWithChild);
      resolve({ code, output: Buffer.concat(chunks).toString('utf8') });
    };
    child.once('error', (error) => {
      chunks.push(Buffer.from(`${command}: ${error.message}\n`));
      finish(127);
    });
    child.once('close', (code, signal) => finish(exitCode(code, signal)));
  });
}
