import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { PreTransactionState } from './pre-transaction-state.js';
import { Corrections, type Finding } from './corrections.js';
import { NodeKinds, type SettledKind } from './node-kinds.js';

type Node = Y.Map<unknown>;

interface Settled extends SettledKind {
  readonly issues: readonly string[];
  readonly node: unknown;
}

/** The result of a transaction that writes to a node that held `before`. */
function settle(before: Readonly<Record<string, unknown>>, write: (node: Node) => void): Settled {
  const doc = new Y.Doc();
  const node: Node = new Y.Map(Object.entries(before));
  doc.getMap('nodes').set('n1', node);
  return doc.transact((transaction) => {
    write(node);
    const held = new PreTransactionState(transaction);
    const corrections = new Corrections(transaction, held);
    const type = node as Y.AbstractType<unknown>;
    const keys = (transaction.changed as ReadonlyMap<unknown, Set<string | null>>).get(type) ?? new Set();
    const settled = new NodeKinds(held, corrections).settle(type, 'n1', keys);
    const findings: readonly Finding[] = corrections.apply();
    return { ...settled, issues: findings.map(({ issue }) => issue.pointer), node: node.toJSON() };
  });
}

const LIGHT = { kind: 'light', light: { type: 'point', color: [1, 1, 1], intensity: 5 } };

describe('the kind of a node after a transaction', () => {
  it('CHK-6: is the new one where the rest of the node fits it', () => {
    expect(settle({ kind: 'group', name: 'a' }, (node) => node.set('kind', 'primitive'))).toMatchObject({
      kind: 'primitive',
      isChecked: false,
      issues: [],
    });
  });

  it('CHK-6: is the earlier one where the new one is none, or is deleted', () => {
    const writes = [(node: Node) => void node.set('kind', 'dragon'), (node: Node) => node.delete('kind')];
    for (const write of writes)
      expect(settle({ kind: 'group' }, write)).toEqual({
        kind: 'group',
        isChecked: true,
        issues: ['/nodes/n1/kind'],
        node: { kind: 'group' },
      });
  });

  it('CHK-6: is the earlier one where a key that is kept does not fit the new one', () => {
    const before = { kind: 'group', geometry: 'a key that groups do not know' };
    expect(settle(before, (node) => node.set('kind', 'primitive'))).toMatchObject({
      kind: 'group',
      isChecked: true,
      node: before,
    });
  });

  it('CHK-6: is the first one of what was no node yet; what does not fit it gives way', () => {
    const before = { geometry: 'nobody could see it', name: 'kept' };
    expect(settle(before, (node) => node.set('kind', 'primitive'))).toMatchObject({
      kind: 'primitive',
      issues: ['/nodes/n1/geometry'],
      node: { kind: 'primitive', name: 'kept' },
    });
  });

  it('CHK-6: is not looked at where nobody wrote it', () => {
    expect(settle(LIGHT, (node) => node.set('name', 'lamp'))).toMatchObject({
      kind: 'light',
      isChecked: false,
      issues: [],
    });
  });
});
