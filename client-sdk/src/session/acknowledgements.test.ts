import { expect, it } from 'vitest';
import { Acknowledgements } from './acknowledgements.js';

it('SDK-4: edits are stored when the frame that completes them is acknowledged', () => {
  const acks = new Acknowledgements();
  expect(acks.complete).toBe(true);
  acks.edited();
  acks.edited();
  acks.sent(1);
  acks.sent(2);
  acks.acknowledged(1);
  expect(acks.storedEdits).toBe(1);
  expect(acks.complete).toBe(false);
  acks.acknowledged(2);
  expect(acks.storedEdits).toBe(2);
  expect(acks.complete).toBe(true);
});

it('SDK-4: an acknowledgement of frames that were never sent stores nothing', () => {
  const acks = new Acknowledgements();
  acks.edited();
  acks.acknowledged(7);
  expect(acks.complete).toBe(false);
  acks.sent(1);
  acks.acknowledged(1);
  expect(acks.complete).toBe(true);
});

it('SDK-5: after a lost connection nothing in flight counts, and frames are counted from 1', () => {
  const acks = new Acknowledgements();
  acks.edited();
  acks.sent(1);
  acks.disconnected();
  expect(acks.complete).toBe(false);
  acks.sentAll();
  acks.acknowledged(1);
  expect(acks.complete).toBe(true);
});

it('SDK-17: a frame that was not taken, and what follows it, is stored only by a frame that carries everything', () => {
  const acks = new Acknowledgements();
  for (let edit = 1; edit <= 3; edit++) {
    acks.edited();
    acks.sent(edit);
  }
  acks.notTaken(2);
  acks.acknowledged(3);
  expect(acks.storedEdits).toBe(1);
  acks.edited();
  acks.sent(4);
  acks.acknowledged(4);
  expect(acks.storedEdits).toBe(1);
  acks.sentAll();
  acks.acknowledged(5);
  expect(acks.complete).toBe(true);
});
