import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../test/support/eventually.js';
import { HttpServer } from '../test/support/http-server.js';
import { SyncServer } from '../test/support/sync-server.js';
import { Diorama } from './node.js';

describe('a server below a path of its host', () => {
  let http: HttpServer;
  let sync: SyncServer;

  beforeEach(async () => {
    http = new HttpServer();
    sync = await new SyncServer().start();
  });
  afterEach(() => Promise.all([http.stop(), sync.destroy()]));

  it.each(['/diorama', '/diorama/', '/a/b//'])('SDK-18: REST keeps the path %s', async (path) => {
    const url = await http.start();
    http.answers({ status: 200, body: { items: [], next_cursor: null } });
    const diorama = new Diorama({ url: url + path, token: 't' });
    await diorama.scenes.list({ limit: 5 });
    const base = path.replace(/\/+$/, '');
    expect(http.seen.map((request) => request.path)).toEqual([`${base}/v1/scenes?limit=5`]);
    expect(diorama.assets.contentUrl('ast_1')).toBe(`${url}${base}/v1/assets/ast_1/content`);
    expect(diorama.rest.url('https://elsewhere.example/x').href).toBe('https://elsewhere.example/x');
  });

  it('SDK-18: live editing keeps the path', async () => {
    await http.start();
    const session = new Diorama({ url: `${sync.url}/diorama/?x=1`, token: 't' }).connect('scn_1');
    await session.synced;
    expect(sync.paths).toEqual(['/diorama/v1/sync/scn_1']);
    session.close();
    await eventually(() => expect(sync.connections).toBe(0));
  });

  it.each(['localhost:8080', 'ws://127.0.0.1', 'diorama'])(
    'SDK-18: %s is not taken for a server',
    async (url) => {
      await http.start();
      expect(() => new Diorama({ url, token: 't' })).toThrow(TypeError);
    },
  );
});
