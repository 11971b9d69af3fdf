/**
 * What a worker's programs, its display and its GL driver read. Nothing else of the server's environment, secrets least
 * of all, belongs into a process that decodes files of strangers.
 */
const INHERITED = [
  'PATH',
  'HOME',
  'LANG',
  'TMPDIR',
  'LD_LIBRARY_PATH',
  'DISPLAY',
  'XAUTHORITY',
  'LIBGL_ALWAYS_SOFTWARE',
  'LIBGL_DRIVERS_PATH',
  'GALLIUM_DRIVER',
  'RENDER_WORKER_MAX_RSS_BYTES',
];

export interface WorkerFolders {
  readonly objectsDir: string;
  /** Workers do not use it: it tells an operator whose process it is. */
  readonly dataDir: string;
}

export function workerEnvironment(
  environment: NodeJS.ProcessEnv,
  { objectsDir, dataDir }: WorkerFolders,
): Record<string, string> {
  const inherited = INHERITED.flatMap((name) => {
    const value = environment[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(inherited), OBJECTS_DIR: objectsDir, DIORAMA_DATA_DIR: dataDir };
}
