import { Diorama } from '@diorama/client-sdk/node';
import type { Scene } from '@diorama/shared';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer, type ServerProcess } from '../support/server-process.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let server: ServerProcess;
let folder: string;

beforeAll(async () => {
  server = await startServer();
  folder = await mkdtemp(join(tmpdir(), 'diorama-tour-'));
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The README's code blocks that follow a line `<!-- tour -->`. */
async function tourBlocks(language: string): Promise<string[]> {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
  const blocks = readme.matchAll(/<!-- tour -->\n\n```(\w+)\n([\s\S]*?)```/g);
  return [...blocks].filter(([, found]) => found === language).map(([, , code]) => code ?? '');
}

/** Runs a program that reads its source from standard input; resolves with what it printed. */
async function run(command: string, args: string[], source: string, cwd: string): Promise<string> {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, DIORAMA: server.url, TOKEN: server.token },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  child.stdin.end(source);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`${command} ended with ${code}:\n${output}`);
  return output;
}

describe('the five-minute tour of the README', () => {
  it('OPS-8: its commands do what they say, to the picture', { timeout: 120_000 }, async () => {
    const blocks = await tourBlocks('sh');
    expect(blocks.length).toBeGreaterThanOrEqual(5);
    const output = await run('bash', ['-euo', 'pipefail', '-s'], blocks.join('\n'), folder);
    expect(output).toContain('asset_invalid');
    expect(output).toMatch(/^succeeded 1/m);

    const diorama = new Diorama(server);
    const { scene_id } = JSON.parse(await readFile(join(folder, 'scene.json'), 'utf8')) as Scene;
    const { nodes } = (await diorama.scenes.get(scene_id)).document;
    expect(Object.keys(nodes).sort()).toEqual(['ball', 'floor', 'sun', 'suzanne']);
    expect(nodes['ball']?.pose.translation).toEqual([-0.5, 0.35, 0.3]);
    const { items: versions } = await diorama.scenes.versions.list(scene_id, { kind: 'named' });
    expect(versions.map(({ name }) => name)).toEqual(['Before']);

    const [link = ''] = /^http:\/\/\S+token=\S+$/m.exec(output) ?? [];
    expect((await fetch(link)).headers.get('content-type')).toContain('text/html');
    const { searchParams } = new URL(link);
    expect(searchParams.get('scene')).toBe(scene_id);
    const guest = new Diorama({ url: server.url, token: searchParams.get('token') ?? '' });
    expect((await guest.scenes.get(scene_id)).name).toBe('Tour');
    expect(await guest.session()).toMatchObject({ role: 'viewer' });

    const picture = await readFile(join(folder, 'tour.png'));
    expect(picture.subarray(1, 4).toString()).toBe('PNG');
    expect([picture.readUInt32BE(16), picture.readUInt32BE(20)]).toEqual([960, 540]);
  });

  it('OPS-8: its program does what it says', { timeout: 120_000 }, async () => {
    const [program = ''] = await tourBlocks('js');
    const output = await run(process.execPath, ['--input-type=module'], program, ROOT);
    expect(output).toContain('saved 24 nodes');
    expect(output).toContain('after undo 23 nodes');
    expect(output).toMatch(/^succeeded 1$/m);
    expect(output).not.toContain('null');
    expect(output).toMatch(/\d{4,} bytes of picture/);
  });
});
