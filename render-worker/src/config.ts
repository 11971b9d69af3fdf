const DEFAULT_MAX_RSS_BYTES = 2 ** 31;

/** What a render worker reads from its environment. */
export interface WorkerConfig {
  /** OBJECTS_DIR: the directory of the object store. */
  readonly objectsDir: string;
  /** DISPLAY: an X display to draw with; without one the worker starts its own Xvfb. */
  readonly display: string | undefined;
  /** RENDER_WORKER_MAX_RSS_BYTES: a worker that holds more after a job ends, and another takes its place. */
  readonly maxRssBytes: number;
}

/** An empty variable is one that a supervisor left unset. Throws an Error that names what is wrong. */
export function readConfig(environment: NodeJS.ProcessEnv): WorkerConfig {
  const read = (name: string): string | undefined => environment[name] || undefined;
  const objectsDir = read('OBJECTS_DIR');
  if (objectsDir === undefined) throw new Error('OBJECTS_DIR is not set');
  const maxRssBytes = Number(read('RENDER_WORKER_MAX_RSS_BYTES') ?? DEFAULT_MAX_RSS_BYTES);
  if (!Number.isSafeInteger(maxRssBytes) || maxRssBytes <= 0)
    throw new Error('RENDER_WORKER_MAX_RSS_BYTES is not a number of bytes');
  return Object.freeze({ objectsDir, display: read('DISPLAY'), maxRssBytes });
}
