import * as Y from 'yjs';

/** A scene of many primitives, as an editor would have made it: every node a map with a pose of its own. */
export function largeScene(nodes: number): Uint8Array {
  const doc = new Y.Doc();
  doc.clientID = 0x3fff_ffff;
  doc.transact(() => {
    const map = doc.getMap('nodes');
    for (let at = 0; at < nodes; at++) {
      map.set(
        `node-${at}`,
        new Y.Map<unknown>([
          ['kind', 'primitive'],
          ['name', `Part ${at}`],
          [
            'pose',
            {
              parent: at < 100 ? null : `node-${at % 100}`,
              order: `a${at % 10}`,
              translation: [(at % 100) * 1.1, Math.floor(at / 100) * 0.7, at * 0.013],
              rotation: [0, 0, 0, 1],
              scale: [1, 1, 1],
            },
          ],
        ]),
      );
    }
  });
  return Y.encodeStateAsUpdate(doc);
}
