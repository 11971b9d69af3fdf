import { SCHEMA_VERSION, type Role } from '@diorama/shared';
import { describe, expect, it, vi } from 'vitest';
import { box, names, Sessions } from '../../test/support/sessions.js';
import { nextEvent, status } from '../../test/support/until.js';

const sessions = new Sessions();
const { openSynced } = sessions;

describe('what may not be written', () => {
  it.each<Role>(['viewer', 'commenter'])(
    'SDK-8: edit() of a %s throws before anything is written',
    async (role) => {
      sessions.server.role = role;
      const session = await openSynced();
      await status(session, 'saved');
      const write = vi.fn<() => void>();
      expect(() => session.edit(write)).toThrow(expect.objectContaining({ code: 'read_only' }) as Error);
      expect(write).not.toHaveBeenCalled();
      expect(() => session.undo()).toThrow(expect.objectContaining({ code: 'read_only' }) as Error);
      expect(() => session.redo()).toThrow(expect.objectContaining({ code: 'read_only' }) as Error);
      expect(session.readOnly?.code).toBe('read_only');
      expect(session.commentsReadOnly?.code).toBe(role === 'viewer' ? 'read_only' : undefined);
    },
  );

  it('SDK-8: a viewer who reconnects has nothing to send', async () => {
    sessions.server.doc.getMap('nodes').set('n', 'x');
    sessions.server.doc.getMap('nodes').delete('n');
    sessions.server.role = 'viewer';
    sessions.server.acknowledges = false;
    const session = await openSynced();
    sessions.server.hangUp(1012);
    await nextEvent(session, 'synced');
    await status(session, 'saved');
  });

  it('SDK-9: a scene of a newer schema opens, and is read-only', async () => {
    sessions.server.doc.getMap('scene').set('schemaVersion', SCHEMA_VERSION + 1);
    sessions.server.doc.getMap('nodes').set('n', { kind: 'group', name: 'still readable' });
    const session = await openSynced();
    expect(names(session)).toEqual(['still readable']);
    expect(() => session.edit((scene) => scene.addNode(box))).toThrow(
      expect.objectContaining({ code: 'schema_too_new' }) as Error,
    );
  });
});
