import { CommentsDoc, SceneDoc } from '@diorama/shared';
import { beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { names, Sessions } from '../../test/support/sessions.js';
import type { SceneSession } from './scene-session.js';

const sessions = new Sessions();
const { openSynced } = sessions;

describe('undo', () => {
  it("SDK-11: undo takes back this session's own edits and nobody else's", async () => {
    const [a, b] = [await openSynced(), await openSynced()];
    a.edit((scene) => scene.addNode({ kind: 'group', name: 'a' }));
    await eventually(() => expect(names(b)).toEqual(['a']));
    b.edit((scene) => scene.addNode({ kind: 'group', name: 'b' }));
    await eventually(() => expect(names(a)).toEqual(['a', 'b']));
    expect(a.undo()).toBe(true);
    expect(a.undo()).toBe(false);
    expect(names(a)).toEqual(['b']);
    await eventually(() => expect(names(b)).toEqual(['b']));
    a.redo();
    await eventually(() => expect(names(b)).toEqual(['a', 'b']));
  });

  it('SDK-11: undo does not overwrite what another person wrote to the same key since', async () => {
    const id = new SceneDoc(sessions.server.doc).addNode({ kind: 'group', name: 'first' });
    const [a, b] = [await openSynced(), await openSynced()];
    a.edit((scene) => scene.setNode(id, { name: 'by a' }));
    await eventually(() => expect(names(b)).toEqual(['by a']));
    b.edit((scene) => scene.setNode(id, { name: 'by b' }));
    await eventually(() => expect(names(a)).toEqual(['by b']));
    a.undo();
    expect(names(a)).toEqual(['by b']);
  });

  it('SDK-11: undoing an add takes the whole node away, also what others have written in it; redo brings both back', async () => {
    const [a, b] = [await openSynced(), await openSynced()];
    const id = a.edit((scene) => scene.addNode({ kind: 'group', name: 'by a' }));
    await eventually(() => expect(names(b)).toEqual(['by a']));
    b.edit((scene) => scene.setNode(id, { name: 'by b' }));
    await eventually(() => expect(names(a)).toEqual(['by b']));
    a.undo();
    await eventually(() => expect(names(b)).toEqual([]));
    a.redo();
    expect(names(a)).toEqual(['by b']);
    await eventually(() => expect(names(b)).toEqual(['by b']));
  });

  it('SDK-11: undoing an add leaves what another person put below it, which then shows below the root', async () => {
    const [a, b] = [await openSynced(), await openSynced()];
    const group = a.edit((scene) => scene.addNode({ kind: 'group', name: 'by a' }));
    await eventually(() => expect(names(b)).toEqual(['by a']));
    const child = b.edit((scene) => scene.addNode({ kind: 'group', name: 'by b', pose: { parent: group } }));
    await eventually(() => expect(names(a)).toEqual(['by a', 'by b']));
    a.undo();
    await eventually(() => expect(names(b)).toEqual(['by b']));
    for (const { scene } of [a, b]) {
      expect(scene.node(child)?.pose.parent).toBe(group);
      expect(scene.tree().parentOf(child)).toBeNull();
    }
    a.redo();
    expect(a.scene.tree().parentOf(child)).toBe(group);
  });

  it('SDK-12: each edit is one step; edits with the same merge key are one step together', async () => {
    const session = await openSynced();
    const states: boolean[] = [];
    session.on('undo-stack', ({ canUndo }) => states.push(canUndo));
    const id = session.edit((scene) => scene.addNode({ kind: 'group', name: '0' }));
    session.edit((scene) => scene.setNode(id, { name: '1' }));
    for (const name of ['2', '3', '4']) session.edit((s) => s.setNode(id, { name }), { merge: 'name' });
    session.stopCapturing();
    session.edit((s) => s.setNode(id, { name: '5' }), { merge: 'name' });
    const undone: string[] = [];
    while (session.undo()) undone.push(names(session).join());
    expect(undone).toEqual(['4', '1', '0', '']);
    expect(states.at(-1)).toBe(false);
    expect(session.canRedo()).toBe(true);
  });

  describe('what does not merge', () => {
    const merged = { merge: 'name' };
    let session: SceneSession;
    let id: string;
    const rename = (name: string, options = merged): void =>
      session.edit((s) => s.setNode(id, { name }), options);
    const shown = (): unknown => {
      const { name, visible } = session.scene.node(id) ?? {};
      return { name, visible };
    };
    const failing = (): never => {
      throw new Error('the edit fails');
    };

    beforeEach(async () => {
      session = await openSynced();
      id = session.edit((s) => s.addNode({ kind: 'group', name: 'old' }));
      session.edit((s) => s.setNode(id, { visible: false }), { merge: 'visible' });
    });

    it.each([
      ['fails', () => expect(() => session.edit(failing, merged)).toThrow('the edit fails')],
      [
        'fails halfway',
        () => {
          const half = (): never => {
            session.scene.setNode(id, { name: 'half' });
            return failing();
          };
          expect(() => session.edit(half, merged)).toThrow('the edit fails');
        },
      ],
      ['writes nothing', () => rename('old')],
    ])('SDK-12: edits do not merge across one that %s', (_, between) => {
      between();
      rename('new');
      expect(session.undo()).toBe(true);
      expect(shown()).toEqual({ name: 'old', visible: false });
    });

    it('SDK-12: edits of one key merge though one between them wrote nothing', () => {
      rename('a');
      rename('a');
      rename('b');
      session.undo();
      expect(shown()).toEqual({ name: 'old', visible: false });
      session.undo();
      expect(shown()).toEqual({ name: 'old', visible: true });
    });

    it('SDK-12: an edit after an undo does not merge with what the undo has left', () => {
      rename('new');
      session.undo();
      rename('newer');
      session.undo();
      expect(shown()).toEqual({ name: 'old', visible: false });
      session.redo();
      rename('newest');
      session.undo();
      expect(shown()).toEqual({ name: 'newer', visible: false });
    });
  });
});

describe('undo and comments', () => {
  const says = (author: string, text: string) => ({ author, text, createdAt: '2026-01-02T03:04:05Z' });
  const texts = (session: SceneSession): string[][] =>
    [...new CommentsDoc(session.doc).threads().values()].map(({ messages }) => messages.map((m) => m.text));

  it('SDK-11: undo passes over comments, so that nobody loses what others answered', async () => {
    const [a, b] = [await openSynced(), await openSynced()];
    a.edit((scene) => scene.addNode({ kind: 'group', name: 'a' }));
    const thread = a.comment((comments) => comments.open(says('A', 'Too dark?')));
    await eventually(() => expect(texts(b)).toEqual([['Too dark?']]));
    b.comment((comments) => comments.reply(thread, says('B', 'A little')));
    await eventually(() => expect(texts(a)).toEqual([['Too dark?', 'A little']]));
    expect(a.undo()).toBe(true);
    expect(names(a)).toEqual([]);
    expect(a.canUndo()).toBe(false);
    await a.flushed();
    expect(texts(a)).toEqual([['Too dark?', 'A little']]);
    await eventually(() => expect(names(b)).toEqual([]));
    expect(texts(b)).toEqual([['Too dark?', 'A little']]);
    expect(b.canUndo()).toBe(false);
  });

  it('SDK-11: a comment does not take away what can be redone', async () => {
    const session = await openSynced();
    session.edit((scene) => scene.addNode({ kind: 'group', name: 'a' }));
    session.undo();
    session.comment((comments) => comments.open(says('A', 'Gone?')));
    expect(session.redo()).toBe(true);
    expect(names(session)).toEqual(['a']);
    expect(texts(session)).toEqual([['Gone?']]);
  });

  it.each(['comment', 'edit'] as const)(
    'SDK-3: comments of a %s that throws leave nothing behind',
    async (how) => {
      const session = await openSynced();
      const kept = session.comment((comments) => comments.open(says('A', 'kept')));
      const write = (): void => {
        const comments = new CommentsDoc(session.doc);
        comments.reply(kept, says('A', 'half'));
        comments.open(says('A', 'half'));
        comments.reply('no such thread', says('A', 'never'));
      };
      expect(() => session[how](write)).toThrow(
        expect.objectContaining({ code: 'invalid_document' }) as Error,
      );
      expect(texts(session)).toEqual([['kept']]);
      expect(session.canUndo()).toBe(false);
      expect(session.canRedo()).toBe(false);
    },
  );
});
