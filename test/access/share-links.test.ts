import { type NewShareLink, type Problem, type Scene, type ShareLink } from '@diorama/shared';
import { decodeJwt, SignJWT, UnsecuredJWT } from 'jose';
import { hkdfSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Http } from '../support/http.js';
import { png } from '../support/image-fixtures.js';
import { startServer, type ServerProcess } from '../support/server-process.js';
import { issueToken, JWT_SECRET } from '../support/tokens.js';
import { upload, uploadGood } from '../support/upload.js';

const YEAR_S = 366 * 24 * 3600;
const ZONE = { kind: 'primitive' };

let server: ServerProcess;
let http: Http;
let ada: string;

beforeAll(async () => {
  server = await startServer({ env: { RENDER_WORKERS: '0', DEMO: 'false', AUTH_JWT_SECRET: JWT_SECRET } });
  ada = await issueToken({ sub: 'ada', name: 'Ada' });
  http = new Http({ url: server.url, token: ada });
});
afterAll(() => server.stop());

async function share(sceneId: string, body: object): Promise<NewShareLink> {
  const answer = await http.post<NewShareLink>(`/v1/scenes/${sceneId}/share-links`, body);
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  return answer.body;
}

describe('share links', () => {
  it('ACC-14: a link has a role, an end, a token and the path that opens it; lists do not show the token', async () => {
    const { scene_id } = await http.createScene({ name: 'shared' });
    const made = await share(scene_id, { role: 'commenter', expires_in: 3600, name: 'Review' });
    expect(made).toMatchObject({ scene_id, role: 'commenter', name: 'Review', created_by: 'ada' });
    const left = Date.parse(made.expires_at) - Date.now();
    expect(left).toBeGreaterThan(3_500_000);
    expect(left).toBeLessThanOrEqual(3_601_000);
    const url = new URL(made.url, server.url);
    expect([url.pathname, url.searchParams.get('scene'), url.searchParams.get('token')]).toEqual([
      '/',
      scene_id,
      made.token,
    ]);
    const at = new Date(Date.now() + 60_000).toISOString();
    await share(scene_id, { role: 'viewer', expires_at: at });
    const { body } = await http.get<{ items: ShareLink[] }>(`/v1/scenes/${scene_id}/share-links`);
    expect(body.items.map(({ role }) => role)).toEqual(['viewer', 'commenter']);
    expect(JSON.stringify(body)).not.toContain('token');
    const week = await share(scene_id, { role: 'viewer' });
    expect(Date.parse(week.expires_at) - Date.now()).toBeGreaterThan(6 * 24 * 3_600_000);
  });

  it.each([
    [{ role: 'owner' }, '/role'],
    [{}, '/role'],
    [{ role: 'viewer', expires_in: 0 }, '/expires_in'],
    [{ role: 'viewer', expires_in: 11 * YEAR_S }, '/expires_in'],
    [{ role: 'viewer', expires_in: 60, expires_at: '2099-01-01T00:00:00Z' }, '/expires_at'],
    [{ role: 'viewer', expires_at: '2001-01-01T00:00:00Z' }, '/expires_at'],
    [{ role: 'viewer', expires_at: 'tomorrow' }, '/expires_at'],
  ])('ACC-14: %j is refused where it is wrong', async (body, pointer) => {
    const { scene_id } = await http.createScene();
    const answer = await http.post<Problem>(`/v1/scenes/${scene_id}/share-links`, body);
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request']);
    expect(answer.body.issues?.[0]?.pointer).toBe(pointer);
  });

  it('ACC-15: a guest reads the scene with the role of the link, and writes as it says', async () => {
    const { scene_id } = await http.createScene({ name: 'shared' });
    const path = `/v1/scenes/${scene_id}`;
    await http.put(`${path}/members/bob`, { role: 'viewer' });
    const editor = await share(scene_id, { role: 'editor' });
    const viewer = await share(scene_id, { role: 'viewer' });
    expect((await http.get<Scene>(path, viewer)).body.role).toBe('viewer');
    expect((await http.put<Scene>(path, { name: 'by guest' }, editor)).body.role).toBe('editor');
    expect((await http.put(path, { name: 'no' }, viewer)).status).toBe(403);
    const session = await http.get<{ scene_id: string; tenant: string }>('/v1/session', viewer);
    expect(session.body).toMatchObject({ scene_id, tenant: 'acme', role: 'viewer', name: 'Guest' });
  });

  it('ACC-16: a guest of any role sees nothing else of the tenant, and manages nothing', async () => {
    const { scene_id } = await http.createScene({ name: 'shared' });
    const { scene_id: other } = await http.createScene({ name: 'not shared' });
    const guest = await share(scene_id, { role: 'editor' });
    const mine = `/v1/scenes/${scene_id}`;
    for (const [method, path, status, body] of [
      ['GET', `/v1/scenes/${other}`, 404],
      ['PUT', `/v1/scenes/${other}`, 404, { name: 'x' }],
      ['DELETE', `/v1/scenes/${other}`, 404],
      ['DELETE', mine, 403],
      ['POST', '/v1/scenes', 403, {}],
      ['GET', '/v1/assets', 403],
      ['GET', `${mine}/members`, 403],
      ['PUT', `${mine}/members/eve`, 403, { role: 'owner' }],
      ['DELETE', `${mine}/members/ada`, 403],
      ['POST', `${mine}/share-links`, 403, { role: 'viewer' }],
      ['GET', `${mine}/share-links`, 403],
      ['DELETE', `${mine}/share-links/${guest.link_id}`, 403],
      ['POST', '/v1/renderjobs', 404, { scene_id: other }],
    ] as const) {
      const answer = await http.call<Problem>(method, path, { token: guest.token, body });
      expect([method, path, answer.status]).toEqual([method, path, status]);
    }
    const scenes = await http.get<{ items: Scene[] }>('/v1/scenes', guest);
    expect(scenes.body.items.map((scene) => scene.scene_id)).toEqual([scene_id]);
    expect((await http.get<{ items: unknown[] }>('/v1/renderjobs', guest)).body.items).toEqual([]);
    const uploaded = await upload({ url: server.url, token: guest.token }, [{ name: 'a.png', data: png() }]);
    expect(uploaded.problem?.code).toBe('forbidden');
  });

  it('ACC-17: a guest reads the assets that the scene refers to now, and no others', async () => {
    const parts = [1, 2, 3, 4].map((size) => ({ name: `${size}.png`, data: png(4 + size, 4) }));
    const [model, texture, sky, unused] = await uploadGood({ url: server.url, token: ada }, parts);
    const ids = [model, texture, sky, unused].map((asset) => asset?.asset_id ?? '');
    const { scene_id } = await http.createScene({
      document: {
        scene: { environment: { type: 'asset', asset: ids[2] } },
        nodes: { a: { kind: 'model', asset: ids[0] }, b: ZONE },
        materials: { m: { baseColorTexture: ids[1] } },
      },
    });
    const guest = await share(scene_id, { role: 'viewer' });
    const statuses = async (path: string) =>
      Promise.all(ids.map(async (id) => (await http.get(`/v1/assets/${id}${path}`, guest)).status));
    expect(await statuses('/content')).toEqual([200, 200, 200, 404]);
    expect(await statuses('')).toEqual([200, 200, 200, 404]);
    await http.put(`/v1/scenes/${scene_id}`, { document: { nodes: {} } });
    expect(await statuses('/content')).toEqual([404, 404, 404, 404]);
  });

  it('ACC-15: a link that is revoked, has expired, or whose scene is gone opens nothing', async () => {
    const { scene_id } = await http.createScene();
    const path = `/v1/scenes/${scene_id}`;
    const revoked = await share(scene_id, { role: 'viewer' });
    expect((await http.delete(`${path}/share-links/${revoked.link_id}`)).status).toBe(204);
    const twice = await http.delete<Problem>(`${path}/share-links/${revoked.link_id}`);
    expect([twice.status, twice.body.code]).toEqual([404, 'share_link_not_found']);
    const malformed = await http.delete<Problem>(`${path}/share-links/nonsense`);
    expect([malformed.status, malformed.body.code]).toEqual([404, 'share_link_not_found']);
    const short = await share(scene_id, { role: 'viewer', expires_in: 1 });
    const orphan = await share(scene_id, { role: 'viewer' });
    expect((await http.get(path, orphan)).status).toBe(200);
    const listed = () => http.get<{ items: ShareLink[] }>(`${path}/share-links`);
    await expect
      .poll(async () => (await listed()).body.items.map(({ link_id }) => link_id), { timeout: 10_000 })
      .toEqual([orphan.link_id]);
    await http.delete(path);
    for (const link of [revoked, short, orphan]) {
      const answer = await http.get<Problem>(path, link);
      expect([answer.status, answer.body.code]).toEqual([401, 'unauthenticated']);
    }
  });

  it("ACC-18: neither kind of token can be made into the other's, nor edited", async () => {
    const { scene_id } = await http.createScene();
    const { scene_id: other } = await http.createScene();
    const { token, link_id } = await share(scene_id, { role: 'viewer' });
    const secret = new TextEncoder().encode(JWT_SECRET);
    const claims = decodeJwt(token);
    const header = { alg: 'HS256', typ: 'diorama-link+jwt' };
    const [head = '', body = '', signature = ''] = token.split('.');
    const edited = Buffer.from(JSON.stringify({ ...claims, scene: other })).toString('base64url');
    const ours = new Uint8Array(hkdfSync('sha256', JWT_SECRET, '', 'diorama:share-link', 32));
    const bad = {
      'another scene in the claims': [head, edited, signature].join('.'),
      'a role in the claims, signed with the secret of tenant tokens': await new SignJWT({
        ...claims,
        role: 'owner',
      })
        .setProtectedHeader(header)
        .sign(secret),
      'no signature': new UnsecuredJWT({ ...claims }).encode(),
      'no algorithm': [
        Buffer.from('{"alg":"none","typ":"diorama-link+jwt"}').toString('base64url'),
        body,
        '',
      ].join('.'),
      'no type': [Buffer.from('{"alg":"HS256"}').toString('base64url'), body, signature].join('.'),
      'the key of links for a tenant token': await new SignJWT({ tenant: 'acme', role: 'owner' })
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject('ada')
        .setExpirationTime('1h')
        .sign(ours),
      'a link as the subject of a tenant token': await issueToken({ sub: `link:${link_id}` }),
      'another algorithm': await new SignJWT({ ...claims })
        .setProtectedHeader({ ...header, alg: 'HS512' })
        .sign(ours),
      'another audience': await new SignJWT({ ...claims, aud: 'diorama' })
        .setProtectedHeader(header)
        .sign(ours),
    };
    for (const [name, token] of Object.entries(bad)) {
      for (const path of ['/v1/scenes', `/v1/scenes/${scene_id}`, `/v1/scenes/${other}`]) {
        const answer = await http.get<Problem>(path, { token });
        expect([name, path, answer.status, answer.body.code]).toEqual([name, path, 401, 'unauthenticated']);
      }
    }
    // Ours in all but the row: the scene of the claims must be the link's.
    const moved = await new SignJWT({ scene: other })
      .setProtectedHeader(header)
      .setAudience('diorama:share-link')
      .setSubject(link_id)
      .setExpirationTime('1h')
      .sign(ours);
    expect((await http.get(`/v1/scenes/${other}`, { token: moved })).status).toBe(401);
    expect((await http.get(`/v1/scenes/${scene_id}`, { token })).status).toBe(200);
  });

  it('ACC-14: a request that is repeated with its Idempotency-Key makes one link', async () => {
    const { scene_id } = await http.createScene();
    const path = `/v1/scenes/${scene_id}/share-links`;
    const headers = { 'Idempotency-Key': 'one-link' };
    const [first, again] = [
      await http.post<NewShareLink>(path, { role: 'viewer' }, { headers }),
      await http.post<NewShareLink>(path, { role: 'viewer' }, { headers }),
    ];
    expect(again.body).toEqual(first.body);
    expect((await http.get<{ items: ShareLink[] }>(path)).body.items).toHaveLength(1);
  });

  it('ACC-14: only owners make, see and revoke links, of their own scene', async () => {
    const { scene_id } = await http.createScene();
    const { scene_id: other } = await http.createScene();
    await http.put(`/v1/scenes/${scene_id}/members/bob`, { role: 'editor' });
    const link = await share(scene_id, { role: 'viewer' });
    const bob = { token: await issueToken({ sub: 'bob' }) };
    const path = `/v1/scenes/${scene_id}/share-links`;
    expect((await http.post(path, { role: 'viewer' }, bob)).status).toBe(403);
    expect((await http.get(path, bob)).status).toBe(403);
    expect((await http.delete(`${path}/${link.link_id}`, bob)).status).toBe(403);
    const wrong = await http.delete<Problem>(`/v1/scenes/${other}/share-links/${link.link_id}`);
    expect([wrong.status, wrong.body.code]).toEqual([404, 'share_link_not_found']);
    expect((await http.get(`/v1/scenes/${scene_id}`, link)).status).toBe(200);
  });
});
