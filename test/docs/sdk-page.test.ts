import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startServer, type ServerProcess } from '../support/server-process.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What the page's first example makes, and what only browsers have. */
const BEFORE = `
import { CommentsDoc, Diorama, LiveMotion } from '@diorama/client-sdk/node';
import * as Y from 'yjs';
const url = process.env.DIORAMA;
const diorama = new Diorama({ url, token: process.env.TOKEN });
const scene = await diorama.scenes.create({ name: 'Loft' });
const session = diorama.connect(scene.scene_id);
await session.synced;
const id = session.edit((doc) => doc.addNode({ kind: 'primitive', geometry: { type: 'sphere' } }));
const place = () => undefined;
class IndexeddbPersistence { whenSynced = Promise.resolve(this); }
`;
const AFTER = `
await kept.synced;
console.log('kept', kept.scene.node(id)?.kind);
kept.close();
session.close();
`;

let server: ServerProcess;

beforeAll(async () => {
  server = await startServer({ env: { RENDER_WORKERS: '0', DEMO: 'false' } });
});
afterAll(() => server.stop());

it("OPS-8: the examples of the SDK's page run", { timeout: 60_000 }, async () => {
  const page = await readFile(`${ROOT}/client-sdk/README.md`, 'utf8');
  const examples = [...page.matchAll(/<!-- runs -->\n\n```js\n([\s\S]*?)```/g)].map(([, code]) => code ?? '');
  expect(examples).toHaveLength(5);
  const child = spawn(process.execPath, ['--input-type=module'], {
    cwd: ROOT,
    env: { ...process.env, DIORAMA: server.url, TOKEN: server.token },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  child.stdin.end([BEFORE, ...examples, AFTER].join('\n'));
  const code = await new Promise((resolve) => child.once('close', resolve));
  // Who was added at the same moment comes in any order.
  expect(output.trim().split('\n').sort()).toEqual([
    '2 true',
    '[]',
    'bob editor',
    'developer owner',
    'kept primitive',
    'named Before',
    'viewer read_only',
  ]);
  expect(code).toBe(0);
});
