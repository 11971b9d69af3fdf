import { toPlain, type DocumentChange } from '@diorama/shared';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { applyChanges } from './apply-changes.js';
import { Draft } from './draft.js';
import { changesOfTransaction } from './transaction-changes.js';
import { reverse } from './undo.js';

/** A document as an older server may have let somebody write it: Yjs takes the value when it has no such key yet. */
function oldDocument(): Y.Doc {
  const doc = new Y.Doc();
  const author: Record<string, unknown> = { of: 'this' };
  const nested: Record<string, unknown> = {};
  doc.transact(() => {
    const node = new Y.Map<unknown>([['kind', 'group']]);
    doc.getMap('nodes').set('n', node);
    node.set('acme', author);
    node.set('list', Y.Array.from([nested]));
  });
  author['constructor'] = { constructor: 1 };
  nested['constructor'] = 2;
  return doc;
}

describe('values with a key `constructor` that are there already', () => {
  it('OPN-28: come back as others read them', () => {
    const doc = oldDocument();
    const before = toPlain(doc.getMap('nodes')) as object;
    expect(before).toMatchObject({ n: { acme: { of: 'this', constructor: { constructor: 1 } } } });
    let done: DocumentChange[] = [];
    doc.once('afterTransaction', (transaction: Y.Transaction) => {
      done = changesOfTransaction(doc, transaction);
    });
    doc.getMap('nodes').delete('n');
    doc.transact(() => applyChanges(doc, reverse(doc, done).changes));
    expect(toPlain(doc.getMap('nodes'))).toEqual(before);
    const draft = new Draft(doc);
    draft.write('nodes', 'n', { acme: { constructor: 'again' }, list: [1] });
    doc.transact(() => applyChanges(doc, draft.changes()));
    expect(toPlain(doc.getMap('nodes'))).toMatchObject({ n: { acme: { constructor: 'again' }, list: [1] } });
  });

  it('OPN-28: and in a list that others may be writing at the same time', () => {
    const doc = oldDocument();
    const list = (doc.getMap('nodes').get('n') as Y.Map<unknown>).get('list');
    const draft = new Draft(doc);
    draft.write('nodes', 'n', { list: [{ constructor: 3 }, 4] });
    doc.transact(() => applyChanges(doc, draft.changes()));
    expect((list as Y.Array<unknown>).toJSON()).toEqual([{ constructor: 3 }, 4]);
  });
});
