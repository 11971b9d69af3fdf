import type { Problem, Scene } from '@diorama/shared';
import { UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Http } from '../support/http.js';
import { startServer, type ServerProcess } from '../support/server-process.js';
import { issueToken, JWT_SECRET } from '../support/tokens.js';

let server: ServerProcess;
let http: Http;
let ada: string;

beforeAll(async () => {
  server = await startServer({ env: { RENDER_WORKERS: '0', DEMO: 'false', AUTH_JWT_SECRET: JWT_SECRET } });
  http = new Http(server);
  ada = await issueToken({ sub: 'ada', tenant: 'acme', name: 'Ada' });
});
afterAll(() => server.stop());

describe('identity', () => {
  it('ACC-1: without a valid token there is no answer but 401', async () => {
    const hour = 3600;
    const bad = [
      '',
      'garbage',
      await issueToken({}, '1h', 'another-secret-of-thirty-two-characters-or-more'),
      await issueToken({}, Math.floor(Date.now() / 1000) - hour),
      await issueToken({ role: 'emperor' }),
      new UnsecuredJWT({ tenant: 'acme' }).setSubject('ada').encode(),
    ];
    for (const token of bad) {
      const answer = await http.get<Problem>('/v1/scenes', { token });
      expect([answer.status, answer.body.code]).toEqual([401, 'unauthenticated']);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    }
  });

  it('ACC-1: the session endpoint says whom the server takes the caller for', async () => {
    const answer = await http.get('/v1/session', { token: ada });
    expect(answer.body).toEqual({ subject: 'ada', tenant: 'acme', name: 'Ada', role: 'owner' });
  });

  it("ACC-2: another tenant's scene cannot be told from one that does not exist", async () => {
    const { body: scene } = await http.post<Scene>('/v1/scenes', { name: 'secret' }, { token: ada });
    const eve = await issueToken({ sub: 'eve', tenant: 'evil' });
    const path = `/v1/scenes/${scene.scene_id}`;
    for (const [method, body] of [['GET'], ['PUT', { name: 'mine' }], ['DELETE']] as const) {
      const answer = await http.call<Problem>(method, path, { token: eve, body });
      expect([method, answer.status, answer.body.code]).toEqual([method, 404, 'scene_not_found']);
    }
    const list = await http.get<{ items: Scene[] }>('/v1/scenes', { token: eve });
    expect(list.body.items).toEqual([]);
    expect((await http.get<Scene>(path, { token: ada })).body.name).toBe('secret');
  });

  it('ACC-3: a viewer reads and may not write', async () => {
    const { body: scene } = await http.post<Scene>('/v1/scenes', { name: 'look' }, { token: ada });
    const path = `/v1/scenes/${scene.scene_id}`;
    const token = await issueToken({ sub: 'vic', role: 'viewer' });
    expect((await http.get<Scene>(path, { token })).body.role).toBe('viewer');
    for (const [method, to, body] of [
      ['POST', '/v1/scenes', {}],
      ['PUT', path, { name: 'x' }],
      ['DELETE', path],
    ] as const) {
      const answer = await http.call<Problem>(method, to, { token, body });
      expect([method, answer.status, answer.body.code]).toEqual([method, 403, 'forbidden']);
    }
  });

  it('ACC-5: a server with a configured secret prints no token', () => {
    expect(server.token).toBe('');
    expect(server.logs()).not.toContain('token=');
  });
});
