import { spawn } from 'node:child_process';

import { ROOT } from './paths.mjs';
import { duration, say } from './progress.mjs';

/**
 * Signals that ask a process to end: Ctrl-C, a supervisor, a closed terminal.
 *
 * @type {NodeJS.Signals[]}
 */
export const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

const SIGNAL_EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGKILL: 137, SIGTERM: 143 };

/** Exit code of a process that ended with `code` or by `signal`, as a shell reports it. */
export function exitCode(code, signal) {
  return code ?? SIGNAL_EXIT_CODES[signal] ?? 1;
}

/**
 * Runs a command in the root of the checkout until it ends, its output passed through.
 *
 * A stop signal to this process ends the command first, then this process.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {object} [options]
 * @param {Record<string, string>} [options.env] variables over those of this process
 * @param {number} [options.timeoutMs] ends the command, and all that it has started, after this time; by default never
 * @returns {Promise<number>} its exit code: 128 + n after signal n, 127 if it could not start, as in a shell
 */
export function run(command, args, { env = {}, timeoutMs } = {}) {
  // A group of its own lets a time-out end the browsers and servers that a test runner has started, too.
  const ownGroup = timeoutMs !== undefined;
  const child = spawn(command, args, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: ownGroup,
  });
  const giveUp = () => {
    say(`${command} did not end within ${duration(timeoutMs)}.`);
    killGroup(child.pid);
  };
  const timer = ownGroup ? setTimeout(giveUp, timeoutMs) : undefined;
  const stop = (signal) => {
    child.once('exit', () => process.exit(exitCode(null, signal)));
    if (ownGroup) killGroup(child.pid);
    else child.kill(signal);
  };
  for (const signal of STOP_SIGNALS) process.once(signal, stop);

  return new Promise((resolve) => {
    const finish = (code) => {
      clearTimeout(timer);
      if (ownGroup) killGroup(child.pid);
      for (const signal of STOP_SIGNALS) process.off(signal, stop);
      resolve(code);
    };
    child.once('error', (error) => {
      process.stderr.write(`${command}: ${error.message}\n`);
      finish(127);
    });
    child.once('exit', (code, signal) => finish(exitCode(code, signal)));
  });
}

function killGroup(pid) {
  if (pid === undefined) return; // It never started.
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // ESRCH: no process of the group is left, which is what we want.
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error;
  }
}
