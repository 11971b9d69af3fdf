import type { FromWorker } from '@diorama/shared';
import { FileObjects } from './adapters/file-objects.js';
import { HeadlessGl, NoContextError } from './adapters/headless-gl.js';
import { GltfModelLoader } from './assets/gltf-loader.js';
import { readConfig } from './config.js';
import { NoDisplayError, Xvfb } from './display/xvfb.js';
import { JobLoop } from './job-loop.js';
import { SceneRenderer } from './rendering/scene-renderer.js';

const HOW_TO_INSTALL = 'apt-get install -y xvfb libgl1 libgl1-mesa-dri libglx-mesa0';

const log = (line: string): void => void process.stderr.write(`${line}\n`);

function send(message: FromWorker): Promise<void> {
  return new Promise((resolve) => {
    // A channel that is closed is told by 'disconnect'.
    process.send?.(message, undefined, undefined, () => resolve());
  });
}

/** A display to draw with; undefined when there is one already. */
async function openDisplay(given: string | undefined): Promise<Xvfb | undefined> {
  if (given !== undefined) return undefined;
  const xvfb = await Xvfb.start();
  process.env['DISPLAY'] = xvfb.display;
  return xvfb;
}

async function main(): Promise<void> {
  // Some of three.js' loaders look for a browser's global scope.
  globalThis.self ??= globalThis as Window & typeof globalThis;
  const config = readConfig(process.env);
  let xvfb: Xvfb | undefined;
  let backend: HeadlessGl | undefined;
  const end = (why: string, code = 0): void => {
    log(`render worker ends: ${why}`);
    // A display that has a client ends with it, and more quietly than if it went first.
    if (backend === undefined) xvfb?.stop();
    process.exit(code);
  };
  process.once('disconnect', () => end('the server is gone'));
  // A server that was killed while this module was loading will never be told by an event.
  if (process.connected === false) end('the server is gone');
  process.once('SIGTERM', () => end('SIGTERM'));
  process.once('SIGINT', () => end('SIGINT'));

  try {
    xvfb = await openDisplay(config.display);
    xvfb?.onExit(() => end('its display is gone', 1));
    backend = await HeadlessGl.open();
  } catch (error) {
    if (!(error instanceof NoDisplayError || error instanceof NoContextError)) throw error;
    xvfb?.stop();
    process.on('message', (message: { type?: unknown }) => {
      if (message.type === 'shutdown') end('the server asked for it');
    });
    await send({ type: 'unavailable', reason: `${error.message}. On Debian: ${HOW_TO_INSTALL}` });
    return;
  }
  const objects = new FileObjects(config.objectsDir);
  const loop = new JobLoop({
    renderer: new SceneRenderer({ backend, objects, models: new GltfModelLoader() }),
    send,
    now: () => performance.now(),
    isWornOut: () => process.memoryUsage.rss() > config.maxRssBytes,
    end,
    log,
  });
  process.on('message', (message) => loop.receive(message));
  await send({ type: 'ready', renderer: backend.name });
}

await main();
