import {
  DioramaError,
  fromWorkerSchema,
  newRenderJobId,
  type FromWorker,
  type RenderTask,
  type SceneDoc,
  type ToWorker,
} from '@diorama/shared';
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import * as Y from 'yjs';

export const WORKER_ENTRY = fileURLToPath(new URL('../../render-worker/dist/main.js', import.meta.url));

/** A picture as bytes, four a pixel, rows from the top. */
export class Picture {
  constructor(
    readonly data: Uint8Array,
    readonly width: number,
    readonly height: number,
    readonly file: Uint8Array,
  ) {}

  static async decode(file: Uint8Array): Promise<Picture> {
    const { data, info } = await sharp(file).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    return new Picture(data, info.width, info.height, file);
  }

  /** Red, green, blue and alpha of a pixel. */
  at(x: number, y: number): [number, number, number, number] {
    const i = (y * this.width + x) * 4;
    return [...this.data.subarray(i, i + 4)] as [number, number, number, number];
  }
}

export interface Rendered {
  readonly picture: Picture;
  readonly warnings: readonly string[];
  readonly stages: readonly string[];
}

type TaskPatch = Partial<Omit<RenderTask, 'assets'>> & {
  readonly assets?: Readonly<Record<string, Uint8Array>>;
};

/** A real render worker with a directory of objects of its own. */
export class WorkerProcess {
  readonly #heard: FromWorker[] = [];
  readonly #listeners = new Set<() => void>();
  readonly exited: Promise<void>;

  private constructor(
    readonly child: ChildProcess,
    readonly objectsDir: string,
  ) {
    child.on('message', (raw) => {
      this.#heard.push(fromWorkerSchema.parse(raw));
      for (const listener of this.#listeners) listener();
    });
    this.exited = new Promise((resolve) => child.once('exit', () => resolve()));
  }

  static async start(env: Record<string, string> = {}): Promise<WorkerProcess> {
    const objectsDir = await mkdtemp(join(tmpdir(), 'diorama-render-'));
    const child = fork(WORKER_ENTRY, [], {
      env: { PATH: process.env['PATH'] ?? '', OBJECTS_DIR: objectsDir, ...env },
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    return new WorkerProcess(child, objectsDir);
  }

  /** The next message, or an earlier one, of a kind. */
  hear<T extends FromWorker['type']>(...types: T[]): Promise<FromWorker & { type: T }> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = this.#heard.find((message) => types.includes(message.type as T));
        if (found === undefined) return;
        this.#listeners.delete(look);
        resolve(found as FromWorker & { type: T });
      };
      this.#listeners.add(look);
      void this.exited.then(() => reject(new Error(`the worker ended before it said ${types.join(' or ')}`)));
      look();
    });
  }

  /** Renders a scene, 64 × 64 by default. Throws the worker's DioramaError. */
  async render(scene: SceneDoc, patch: TaskPatch = {}): Promise<Rendered> {
    await this.hear('ready');
    const { assets = {}, ...rest } = patch;
    await writeFile(join(this.objectsDir, 'scene'), Y.encodeStateAsUpdateV2(scene.doc));
    for (const [id, bytes] of Object.entries(assets)) await writeFile(join(this.objectsDir, id), bytes);
    const task: RenderTask = {
      job_id: newRenderJobId(),
      snapshot_key: 'scene',
      assets: Object.fromEntries(
        Object.keys(assets).map((id) => [id, { key: id, content_type: 'application/octet-stream' }]),
      ),
      output_key: 'renders/picture',
      camera_config: { mode: 'auto' },
      output_format: 'png',
      resolution: [64, 64],
      transparent_background: false,
      ...rest,
    };
    this.#heard.splice(0, this.#heard.length, ...this.#heard.filter(({ type }) => type === 'ready'));
    this.child.send({ type: 'render', task } satisfies ToWorker);
    const answer = await this.hear('done', 'failed');
    if (answer.type === 'failed')
      throw new DioramaError(answer.code, answer.detail, { issues: answer.issues });
    const picture = await Picture.decode(await readFile(join(this.objectsDir, task.output_key)));
    const stages = this.#heard.flatMap((message) => (message.type === 'progress' ? [message.stage] : []));
    return { picture, warnings: answer.warnings, stages };
  }

  async stop(): Promise<void> {
    if (this.child.connected) this.child.send({ type: 'shutdown' } satisfies ToWorker);
    await this.exited;
    await rm(this.objectsDir, { recursive: true, force: true });
  }
}
