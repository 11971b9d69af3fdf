import type { EventLoopUtilization } from 'node:perf_hooks';
import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryAtRest } from './memory-at-rest.js';

const MB = 1024 * 1024;

describe('OPS-18: memory of a server that has come to rest', () => {
  let spans: EventLoopUtilization[];
  let collected: string[];
  let youngBytes: number;
  let isEmpty: boolean;
  let memory: MemoryAtRest;

  beforeEach(() => {
    [spans, collected, youngBytes, isEmpty] = [[], [], 0, true];
    memory = new MemoryAtRest({
      isEmpty: () => isEmpty,
      heap: {
        youngBytes: () => youngBytes,
        collectYoung: () => collected.push('young'),
        collectAll: () => collected.push('all'),
      },
      loop: (before) => (before && spans.shift()) ?? { idle: 0, active: 0, utilization: 0 },
    });
  });

  /** Looks after 5 s, for so many milliseconds of which there was work. */
  const lookAfter = (active: number): void => {
    spans.push({ idle: 5_000 - active, active, utilization: active / 5_000 });
    memory.look();
  };

  it('is collected whole when nobody has anything open, once for what was done', () => {
    lookAfter(2_000);
    expect(collected).toEqual([]);
    lookAfter(20);
    lookAfter(20);
    expect(collected).toEqual(['all']);
  });

  it('is left alone when too little was done for it to be worth a pause', () => {
    for (let time = 0; time < 10; time++) lookAfter(50);
    expect(collected).toEqual([]);
  });

  it('is not collected whole while somebody is there: only what is held for young objects, until it is given back', () => {
    isEmpty = false;
    youngBytes = 96 * MB;
    lookAfter(2_000);
    lookAfter(20);
    youngBytes = 2 * MB;
    lookAfter(20);
    expect(collected).toEqual(['young']);
  });
});
