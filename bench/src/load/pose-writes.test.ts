import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { PoseWrites, yjsWriter } from './pose-writes.js';
import { WriteScanner } from './write-scanner.js';

function found(update: Uint8Array): { writes: [number, number][]; decoded: number } {
  const scanner = new WriteScanner();
  const writes: [number, number][] = [];
  const padded = Buffer.concat([Buffer.from([9, 9, 9]), update, Buffer.from([9])]);
  scanner.scan(padded, 3, padded.length - 1, (writer, seq) => writes.push([writer, seq]));
  return { writes, decoded: scanner.decoded };
}

describe('PoseWrites', () => {
  it('makes, byte for byte, the updates that Yjs makes', () => {
    const writes = new PoseWrites(5);
    const yjs = yjsWriter(5);
    const updates: Uint8Array[] = [];
    yjs.doc.on('update', (update: Uint8Array) => updates.push(update));
    expect([...writes.setup]).toEqual([...Y.encodeStateAsUpdate(yjs.doc)]);
    for (let seq = 0; seq < 20_000; seq++) yjs.write(seq);
    for (const seq of [0, 1, 124, 125, 126, 127, 16_380, 16_381, 16_382, 19_999])
      expect([...writes.update(seq)], `write ${seq}`).toEqual([...(updates[seq] as Uint8Array)]);
  });
});

describe('WriteScanner', () => {
  const writers = [new PoseWrites(0), new PoseWrites(7)] as const;
  const updates = [0, 1, 2, 3].map((seq) => writers[0].update(seq));

  it('finds single writes and merged ones without decoding them', () => {
    expect(found(writers[1].update(300))).toEqual({ writes: [[7, 300]], decoded: 0 });
    const merged = found(Y.mergeUpdates([...updates, writers[1].update(0)]));
    expect(merged.decoded).toBe(0);
    expect(merged.writes.sort()).toEqual([
      [0, 0],
      [0, 1],
      [0, 2],
      [0, 3],
      [7, 0],
    ]);
  });

  it('finds the last write in a state that has forgotten those before', () => {
    const doc = new Y.Doc();
    for (const update of [writers[0].setup, ...updates]) Y.applyUpdate(doc, update);
    expect(found(Y.encodeStateAsUpdate(doc))).toEqual({ writes: [[0, 3]], decoded: 1 });
  });
});
