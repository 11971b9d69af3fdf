import type { Member, MemberPage, Problem, Role, Scene } from '@diorama/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Http } from '../support/http.js';
import { startServer, type ServerProcess } from '../support/server-process.js';
import { issueToken, JWT_SECRET } from '../support/tokens.js';

let server: ServerProcess;
let http: Http;

beforeAll(async () => {
  server = await startServer({ env: { RENDER_WORKERS: '0', DEMO: 'false', AUTH_JWT_SECRET: JWT_SECRET } });
  http = new Http({ url: server.url, token: await issueToken({ sub: 'ada', name: 'Ada' }) });
});
afterAll(() => server.stop());

const as = async (sub: string, role?: Role, tenant = 'acme') => ({
  token: await issueToken({ sub, tenant, ...(role && { role }) }),
});
const member = (sceneId: string, subject: string) =>
  `/v1/scenes/${sceneId}/members/${encodeURIComponent(subject)}`;

/** A scene of Ada's with the given members. */
async function sceneWith(members: Record<string, Role> = {}): Promise<string> {
  const { scene_id } = await http.createScene({ name: 'ours' });
  for (const [subject, role] of Object.entries(members)) await http.put(member(scene_id, subject), { role });
  return scene_id;
}

const list = async (sceneId: string, token?: string) =>
  (await http.get<MemberPage>(`/v1/scenes/${sceneId}/members`, token === undefined ? {} : { token })).body;

describe('members of a scene', () => {
  it("ACC-6: a scene is its tenant's until it has a member; then its creator owns it, and nobody else gets in", async () => {
    const sceneId = await sceneWith();
    const eve = await as('eve');
    expect(await list(sceneId)).toEqual({ items: [], next_cursor: null, access: 'tenant' });
    expect((await http.get<Scene>(`/v1/scenes/${sceneId}`, eve)).body.role).toBe('owner');

    const added = await http.put<Member>(member(sceneId, 'bob'), { role: 'editor', name: 'Bob' });
    expect(added.status).toBe(201);
    expect(added.body).toMatchObject({ subject: 'bob', role: 'editor', name: 'Bob', added_by: 'ada' });
    const page = await list(sceneId);
    expect(page.access).toBe('members');
    expect(page.items.map(({ subject, role }) => [subject, role])).toEqual(
      expect.arrayContaining([
        ['ada', 'owner'],
        ['bob', 'editor'],
      ]),
    );
    expect(page.items).toHaveLength(2);

    for (const [method, path, body] of [
      ['GET', `/v1/scenes/${sceneId}`],
      ['PUT', `/v1/scenes/${sceneId}`, { name: 'mine' }],
      ['DELETE', `/v1/scenes/${sceneId}`],
      ['GET', `/v1/scenes/${sceneId}/members`],
      ['PUT', member(sceneId, 'eve'), { role: 'owner' }],
      ['DELETE', member(sceneId, 'bob')],
      ['DELETE', member(sceneId, 'eve')],
      ['POST', `/v1/scenes/${sceneId}/share-links`, { role: 'viewer' }],
      ['GET', `/v1/scenes/${sceneId}/share-links`],
      ['POST', '/v1/renderjobs', { scene_id: sceneId }],
    ] as const) {
      const answer = await http.call<Problem>(method, path, { ...eve, body });
      expect([method, path, answer.status, answer.body.code]).toEqual([method, path, 404, 'scene_not_found']);
    }
    const seen = await http.get<{ items: Scene[] }>('/v1/scenes', eve);
    expect(seen.body.items.map(({ scene_id }) => scene_id)).not.toContain(sceneId);
    const bobs = await http.get<{ items: Scene[] }>('/v1/scenes', await as('bob'));
    expect(bobs.body.items.find(({ scene_id }) => scene_id === sceneId)?.role).toBe('editor');
  });

  it('ACC-6: whoever closes a scene of another stays in, and so does its creator', async () => {
    const sceneId = await sceneWith();
    const admin = await as('admin');
    expect((await http.put(member(sceneId, 'bob'), { role: 'viewer' }, admin)).status).toBe(201);
    const roles = Object.fromEntries((await list(sceneId)).items.map(({ subject, role }) => [subject, role]));
    expect(roles).toEqual({ ada: 'owner', admin: 'owner', bob: 'viewer' });
  });

  it("ACC-7: what somebody may do is the lesser of their token's role and their role as a member", async () => {
    const sceneId = await sceneWith({ bob: 'owner', carol: 'viewer' });
    const roleOf = async (sub: string, role?: Role) =>
      (await http.get<Scene>(`/v1/scenes/${sceneId}`, await as(sub, role))).body.role;
    expect(await roleOf('bob')).toBe('owner');
    expect(await roleOf('bob', 'commenter')).toBe('commenter');
    expect(await roleOf('carol', 'owner')).toBe('viewer');
    const put = await http.put<Problem>(
      member(sceneId, 'dan'),
      { role: 'viewer' },
      await as('bob', 'editor'),
    );
    expect([put.status, put.body.code]).toEqual([403, 'forbidden']);
  });

  it('ACC-7: each role may do what it says and nothing more', async () => {
    const sceneId = await sceneWith({ ed: 'editor', com: 'commenter', vic: 'viewer' });
    for (const [sub, may] of [
      ['ed', true],
      ['com', false],
      ['vic', false],
    ] as const) {
      const who = await as(sub);
      expect((await http.get(`/v1/scenes/${sceneId}`, who)).status).toBe(200);
      expect((await http.put(`/v1/scenes/${sceneId}`, { name: sub }, who)).status).toBe(may ? 200 : 403);
      for (const [method, path, body] of [
        ['DELETE', `/v1/scenes/${sceneId}`],
        ['PUT', member(sceneId, sub), { role: 'owner' }],
        ['PUT', member(sceneId, 'mallory'), { role: 'viewer' }],
        ['DELETE', member(sceneId, 'ada')],
        ['POST', `/v1/scenes/${sceneId}/share-links`, { role: 'viewer' }],
        ['GET', `/v1/scenes/${sceneId}/share-links`],
      ] as const) {
        const answer = await http.call<Problem>(method, path, { ...who, body });
        expect([sub, method, path, answer.status, answer.body.code]).toEqual([
          sub,
          method,
          path,
          403,
          'forbidden',
        ]);
      }
    }
    expect((await http.delete(`/v1/scenes/${sceneId}`)).status).toBe(204);
  });

  it('ACC-8: putting a member again changes the role and keeps the name', async () => {
    const sceneId = await sceneWith();
    await http.put(member(sceneId, 'bob'), { role: 'viewer', name: 'Bob' });
    const again = await http.put<Member>(member(sceneId, 'bob'), { role: 'editor' });
    expect([again.status, again.body.role, again.body.name]).toEqual([200, 'editor', 'Bob']);
    const same = await http.put<Member>(member(sceneId, 'bob'), { role: 'editor' });
    expect([same.status, same.body]).toEqual([200, again.body]);
  });

  it('ACC-8: members leave by themselves, and are removed by owners', async () => {
    const sceneId = await sceneWith({ bob: 'editor', vic: 'viewer' });
    expect((await http.delete(member(sceneId, 'vic'), await as('vic', 'viewer'))).status).toBe(204);
    expect((await http.get(`/v1/scenes/${sceneId}`, await as('vic'))).status).toBe(404);
    expect((await http.delete(member(sceneId, 'bob'))).status).toBe(204);
    const gone = await http.delete<Problem>(member(sceneId, 'bob'));
    expect([gone.status, gone.body.code]).toEqual([404, 'member_not_found']);
    expect((await list(sceneId)).access).toBe('members');
  });

  it('ACC-9: the last owner stays', async () => {
    const sceneId = await sceneWith({ bob: 'editor' });
    for (const answer of [
      await http.delete<Problem>(member(sceneId, 'ada')),
      await http.put<Problem>(member(sceneId, 'ada'), { role: 'editor' }),
    ])
      expect([answer.status, answer.body.code]).toEqual([409, 'last_owner']);
    const open = await sceneWith();
    expect((await http.put(member(open, 'ada'), { role: 'viewer' })).status).toBe(409);
    expect((await list(open)).access).toBe('tenant');
  });

  it('ACC-9: of two owners who remove each other at once, one is left', async () => {
    const sceneId = await sceneWith({ bob: 'owner' });
    const answers = await Promise.all([
      http.delete(member(sceneId, 'bob')),
      http.delete(member(sceneId, 'ada'), await as('bob')),
    ]);
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
    const owners = await Promise.all(
      ['ada', 'bob'].map(async (sub) => (await http.get(`/v1/scenes/${sceneId}`, await as(sub))).status),
    );
    expect(owners.sort()).toEqual([200, 404]);
  });

  it.each(['auth0|5f7c', 'a/b/../c', 'mail+x@example.org', 'ünï cødé 🦊', '%2F', 'x'.repeat(256), '?a=b#c'])(
    'ACC-10: the subject %s is taken as it is',
    async (subject) => {
      const sceneId = await sceneWith();
      const put = await http.put<Member>(member(sceneId, subject), { role: 'commenter' });
      expect([put.status, put.body.subject]).toEqual([201, subject]);
      expect((await http.get<Scene>(`/v1/scenes/${sceneId}`, await as(subject))).body.role).toBe('commenter');
      expect((await http.delete(member(sceneId, subject))).status).toBe(204);
    },
  );

  it('ACC-10: a subject that no token can have, or no path can name, is refused by name', async () => {
    const sceneId = await sceneWith();
    for (const subject of ['x'.repeat(257), 'link:shl_abc', '\0', 'a\0b']) {
      const answer = await http.put<Problem>(member(sceneId, subject), { role: 'viewer' });
      expect([subject, answer.status, answer.body.code]).toEqual([subject, 400, 'invalid_request']);
      expect(answer.body.issues?.[0]?.pointer).toBe('/params/subject');
    }
    const token = await issueToken({ sub: 'link:shl_abc' });
    expect((await http.get('/v1/session', { token })).status).toBe(401);
    const role = await http.put<Problem>(member(sceneId, 'bob'), { role: 'emperor' });
    expect([role.status, role.body.issues?.[0]?.pointer]).toEqual([400, '/role']);
  });

  it('ACC-10: pages hold every member once', async () => {
    const sceneId = await sceneWith(
      Object.fromEntries([...'abcdefg'].map((s) => [`m-${s}`, 'viewer' as const])),
    );
    const seen: string[] = [];
    let cursor = '';
    for (;;) {
      const page = await http.get<MemberPage>(`/v1/scenes/${sceneId}/members?limit=3${cursor}`);
      seen.push(...page.body.items.map(({ subject }) => subject));
      if (page.body.next_cursor === null) break;
      cursor = `&cursor=${page.body.next_cursor}`;
    }
    expect([...seen].sort()).toEqual(['ada', ...[...'abcdefg'].map((s) => `m-${s}`)]);
  });

  it('ACC-2: another tenant finds neither scene nor members', async () => {
    const sceneId = await sceneWith({ bob: 'viewer' });
    const stranger = await as('bob', 'owner', 'evil');
    expect((await http.get(`/v1/scenes/${sceneId}`, stranger)).status).toBe(404);
    expect((await http.put(member(sceneId, 'bob'), { role: 'owner' }, stranger)).status).toBe(404);
  });
});
