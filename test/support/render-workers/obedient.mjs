// A render worker for tests of the queue: speaks its messages, draws nothing, and does what the task's `snapshot_key` says.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, watch, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const objects = process.env.OBJECTS_DIR;
const at = (key) => join(objects, key);
const say = (message) => new Promise((resolve) => process.send(message, resolve));

function store(key, text) {
  mkdirSync(dirname(at(key)), { recursive: true });
  writeFileSync(at(key), text);
}

/** Whether this is the first call in any process of the test. */
function isFirst() {
  if (existsSync(at('been-here'))) return false;
  store('been-here', '');
  return true;
}

const hang = () => {
  for (;;);
};
const die = () => process.kill(process.pid, 'SIGKILL');

async function finish({ job_id, output_key }, warnings = [], text = `picture of ${job_id}`) {
  store(output_key, text);
  await say({ type: 'done', job_id, output_key, warnings, seconds: 0.01 });
}

const fileAppears = (name) =>
  new Promise((resolve) => {
    const look = () => existsSync(at(name)) && (watcher.close(), resolve());
    const watcher = watch(objects, look);
    look();
  });

const deeds = {
  succeed: (task) => finish(task),
  warn: (task) => finish(task, ['chair.glb is gone']),
  tellEnvironment: (task) => finish(task, [], JSON.stringify(process.env)),
  waitForGo: async (task) => {
    await fileAppears('go');
    await finish(task);
  },
  finishAndLeave: async (task) => {
    await finish(task);
    process.exit(0);
  },
  hang,
  crash: die,
  crashOnce: (task) => (isFirst() ? die() : finish(task)),
  leaveWithLastWords: () => {
    console.error('out of video memory');
    process.exit(3);
  },
  lie: ({ job_id, output_key }) => say({ type: 'done', job_id, output_key, warnings: [], seconds: 0 }),
  babble: () => say({ type: 'gibberish' }),
  fail: ({ job_id }) =>
    say({
      type: 'failed',
      job_id,
      code: 'asset_invalid',
      detail: 'The model cannot be read',
      issues: [{ pointer: '/meshes/0', message: 'is broken' }],
    }),
  startSomethingAndHang: async ({ job_id }) => {
    const started = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
    await say({ type: 'progress', job_id, progress: 0.5, stage: `started ${started.pid}` });
    hang();
  },
  loseDisplayOnce: (task) =>
    isFirst() ? say({ type: 'unavailable', reason: 'the display is gone' }) : finish(task),
  exaggerate: async (task) => {
    await say({ type: 'progress', job_id: task.job_id, progress: 7, stage: 'x'.repeat(1_000) });
    await fileAppears('go');
    await finish(task);
  },
};

process.on('message', async (message) => {
  if (message.type === 'shutdown') process.exit(0);
  const { task } = message;
  await say({ type: 'progress', job_id: task.job_id, progress: 0.25, stage: 'loading' });
  await deeds[task.snapshot_key](task);
});
process.on('disconnect', () => process.exit(0));

const starts = {
  normally: () => say({ type: 'ready', renderer: 'none' }),
  crashing: () => {
    console.error('Cannot find libGL.so');
    process.exit(1);
  },
  silently: () => undefined,
  withoutDisplay: async () => {
    if (existsSync(at('display'))) return say({ type: 'ready', renderer: 'none' });
    store('been-here', '');
    await say({ type: 'unavailable', reason: 'There is no X display: apt-get install xvfb' });
  },
  withLateDisplay: async () => {
    await say({ type: 'unavailable', reason: 'no display yet' });
    await fileAppears('display');
    await say({ type: 'ready', renderer: 'none' });
  },
};
await starts[process.env.START ?? 'normally']();
