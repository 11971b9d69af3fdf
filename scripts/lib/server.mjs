import { spawn } from 'node:child_process';
import { join } from 'node:path';

import { NODE_ENVIRONMENT, NODE_FLAGS } from './node-flags.mjs';
import { ROOT } from './paths.mjs';
import { exitCode, STOP_SIGNALS } from './run.mjs';

/** How often the launcher looks whether the npm that started it is still there. */
const PARENT_CHECK_MS = 1000;

/** Signals that come so soon one after the other are one. */
const SAME_SIGNAL_MS = 1000;

/**
 * Runs the server until it ends, in the foreground.
 *
 * The server never outlives the launcher. Signals are passed on, once a second: Ctrl-C in a terminal reaches launcher and
 * server both, and npm passes it on again, which must not look like an impatient user; somebody who presses it again later is one. If the
 * launcher is killed, its end of the IPC channel closes, and the server shuts down on that.
 *
 * @returns {Promise<number>} exit code of the server
 */
export function runServer() {
  const server = spawn(process.execPath, [...NODE_FLAGS, join(ROOT, 'server/dist/main.js')], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    // A terminal is for people: they get the server's few lines and what goes wrong, supervisors get the whole log.
    env: { LOG_LEVEL: 'warn', ...NODE_ENVIRONMENT, ...process.env },
  });

  for (const signal of STOP_SIGNALS) {
    let passedOn = -Infinity;
    process.on(signal, () => {
      const now = performance.now();
      if (now - passedOn < SAME_SIGNAL_MS) return;
      passedOn = now;
      server.kill(signal);
    });
  }
  const parentCheck = watchNpm(() => server.kill('SIGTERM'));

  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('exit', (code, signal) => {
      clearInterval(parentCheck);
      resolve(exitCode(code, signal));
    });
  });
}

/** A killed npm can pass nothing on, so whoever killed it would otherwise find the server still running. */
function watchNpm(onGone) {
  if (process.env.npm_lifecycle_event === undefined) return undefined;
  const npm = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === npm) return;
    clearInterval(timer);
    onGone();
  }, PARENT_CHECK_MS);
  return timer;
}
