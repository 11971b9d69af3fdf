import { describe, expect, it } from 'vitest';
import { describeBus } from '../../../../test/support/bus-contract.js';
import { LocalBus } from './local-bus.js';

describe('the bus within a process', () => {
  describeBus('local', async () => {
    const hub = new LocalBus();
    return { join: async () => hub.join(), stop: async () => undefined };
  });

  it('CLU-1: a server that is alone on it has nobody to tell', () => {
    const hub = new LocalBus();
    const one = hub.join();
    expect(one.isShared).toBe(false);
    hub.join();
    expect(one.isShared).toBe(true);
  });
});
