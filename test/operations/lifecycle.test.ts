import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Http } from '../support/http.js';
import { processesOf } from '../support/processes.js';
import { startServer } from '../support/server-process.js';

const SERVER = fileURLToPath(new URL('../../server/dist/main.js', import.meta.url));

/** Runs the server until it ends by itself. */
async function runToEnd(env: Record<string, string>): Promise<{ code: number | null; output: string }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'diorama-test-'));
  const child = spawn(process.execPath, [SERVER], {
    env: { PATH: process.env['PATH'] ?? '', PORT: '0', DIORAMA_DATA_DIR: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  await rm(dataDir, { recursive: true, force: true });
  return { code, output };
}

describe('the life of a server process', () => {
  it('OPS-1: it says that it lives, that it is ready, and how it is doing', async () => {
    const server = await startServer({ env: { RENDER_WORKERS: '0', DEMO: 'false' } });
    const http = new Http({ ...server, token: '' });
    expect((await http.get('/healthz')).body).toMatchObject({ status: 'ok' });
    const ready = await http.get<{ checks: Record<string, { status: string }> }>('/readyz');
    expect(ready.status).toBe(200);
    expect(ready.body.checks['database']?.status).toBe('ready');
    expect(ready.body.checks['objects']?.status).toBe('ready');
    expect(ready.body.checks['rendering']?.status).toBe('disabled');
    const metrics = await http.get<string>('/metrics');
    expect(metrics.body).toMatch(/^diorama_http_request_seconds_bucket/m);
    expect(metrics.body).toMatch(/^diorama_sync_connections \d/m);
    await server.stop();
  });

  it('OPS-2: SIGTERM ends it with code 0, and every process that it started', async () => {
    const server = await startServer({ env: { DEMO: 'false' } });
    await new Http(server).post('/v1/scenes', { name: 'x' });
    expect(await processesOf(server.dataDir)).not.toEqual([]);
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    expect(await processesOf(server.dataDir)).toEqual([]);
  });

  it('OPS-2: kill -9 of the server ends every process that it started', async () => {
    const server = await startServer({ env: { DEMO: 'false' } });
    await server.kill('SIGKILL');
    await expect.poll(() => processesOf(server.dataDir), { timeout: 10_000 }).toEqual([]);
    await server.stop();
  });

  it('OPS-3: a configuration that cannot be used is refused with the name of every variable that is wrong', async () => {
    const { code, output } = await runToEnd({ PORT: 'many', AUTH_JWT_SECRET: 'short' });
    expect(code).toBe(1);
    expect(output).toContain('PORT');
    expect(output).toContain('AUTH_JWT_SECRET');
  });

  it('ACC-4: the development identity is refused on an address that others can reach', async () => {
    const { code, output } = await runToEnd({ HOST: '0.0.0.0' });
    expect(code).toBe(1);
    expect(output).toContain('AUTH_JWT_SECRET');
  });

  it('OPS-4: a second server on the same data directory is refused, and the first is unharmed', async () => {
    const server = await startServer({ env: { RENDER_WORKERS: '0', DEMO: 'false' } });
    const second = await runToEnd({ DIORAMA_DATA_DIR: server.dataDir, RENDER_WORKERS: '0' });
    expect(second.code).toBe(1);
    expect(second.output).toContain(String(server.pid));
    expect((await new Http(server).post('/v1/scenes', { name: 'still here' })).status).toBe(201);
    await server.stop();
  });

  it('OPS-5: what was made before a restart is there after it', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'diorama-test-'));
    const env = { RENDER_WORKERS: '0', DEMO: 'false' };
    const first = await startServer({ dataDir, env });
    const { scene_id } = await new Http(first).createScene({ name: 'kept' });
    await first.stop();
    const second = await startServer({ dataDir, env });
    expect((await new Http(second).get(`/v1/scenes/${scene_id}`)).body).toMatchObject({ name: 'kept' });
    expect(second.token).not.toBe('');
    await second.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('OPS-6: no log line holds a token', async () => {
    const server = await startServer({ env: { RENDER_WORKERS: '0', DEMO: 'false', LOG_LEVEL: 'trace' } });
    await new Http(server).get('/v1/scenes');
    await fetch(`${server.url}/v1/scenes?token=${server.token}`);
    await server.stop();
    const logLines = server
      .logs()
      .split('\n')
      .filter((line) => line.startsWith('{'));
    expect(logLines.length).toBeGreaterThan(0);
    expect(logLines.filter((line) => line.includes(server.token))).toEqual([]);
  });
});
