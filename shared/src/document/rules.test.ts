import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { boundFaults, faultsOf, shapeOf } from './rules.js';

/** The item that a key of a node holds, as a client may have written it: Yjs looks at the value before it has its last keys. */
function stored(key: string, value: object, later: object): Y.Item {
  const doc = new Y.Doc();
  const node = new Y.Map<unknown>();
  doc.getMap('nodes').set('n', node);
  node.set(key, value);
  Object.assign(value, later);
  return node._map.get(key) as Y.Item;
}

describe('keys that no value can have', () => {
  it('CHK-23: the checks of the socket find `constructor` in values, as REST does', () => {
    const shape = shapeOf('nodes', 'group');
    for (const key of ['acme', 'extras', 'pose']) {
      const value = {};
      const [found] = faultsOf(['nodes', 'n', key], shape, stored(key, value, { constructor: 1 }));
      expect(found?.pointer).toBe(`/nodes/n/${key}/constructor`);
      const [same] = boundFaults(['nodes', 'n', key], shape, value);
      expect([same?.pointer, same?.code]).toEqual(['/constructor', 'invalid_document']);
    }
    const deep = stored('acme', { list: [{}] }, { more: [{ constructor: {} }] });
    expect(faultsOf(['nodes', 'n', 'acme'], shape, deep)[0]?.pointer).toBe(
      '/nodes/n/acme/more/0/constructor',
    );
  });
});
