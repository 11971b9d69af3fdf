import { Diorama } from '@diorama/client-sdk/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer, type ServerProcess } from '../support/server-process.js';
import { issueToken, JWT_SECRET } from '../support/tokens.js';

let server: ServerProcess;

beforeAll(async () => {
  server = await startServer({ env: { RENDER_WORKERS: '0', DEMO: 'false', AUTH_JWT_SECRET: JWT_SECRET } });
});
afterAll(() => server.stop());

const says = (author: string, text: string) => ({ author, text, createdAt: '2026-01-02T03:04:05Z' });

describe('comments over the real server', () => {
  it('SDK-8: a commenter comments and edits nothing else; a viewer does not even comment', async () => {
    const owner = new Diorama({ url: server.url, token: await issueToken({ sub: 'ada' }) });
    const { scene_id } = await owner.scenes.create({ name: 'reviewed' });
    const as = async (role: string) => {
      const diorama = new Diorama({ url: server.url, token: await issueToken({ sub: role, role }) });
      const session = diorama.connect(scene_id);
      await session.synced;
      return session;
    };
    const [commenter, viewer] = [await as('commenter'), await as('viewer')];
    const readOnly = expect.objectContaining({ code: 'read_only' }) as Error;

    const id = commenter.comment((comments) => comments.open(says('Ben', 'Too dark?')));
    await commenter.flushed();
    expect(() => commenter.edit((scene) => scene.addNode({ kind: 'group' }))).toThrow(readOnly);
    expect(() => viewer.comment((comments) => comments.remove(id))).toThrow(readOnly);

    const stored = await owner.scenes.get(scene_id);
    expect(stored.document.comments[id]?.messages.map(({ text }) => text)).toEqual(['Too dark?']);
    commenter.close();
    viewer.close();
  });
});
