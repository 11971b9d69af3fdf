import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytes, describeBus, Inbox, told } from '../../../../test/support/bus-contract.js';
import { startRedis, type TestRedis } from '../../../../test/support/redis.js';
import { RedisBus } from './redis-bus.js';

const logger = pino({ level: 'silent' });
const open = (redis: TestRedis): Promise<RedisBus> =>
  RedisBus.open({ url: redis.url, logger, heartbeatMs: 100, silenceMs: 600 });

describe('the bus over Redis', () => {
  describeBus('Redis', async () => {
    const redis = await startRedis();
    return { join: () => open(redis), stop: () => redis.stop() };
  });

  describe('while Redis is away', () => {
    let redis: TestRedis;
    beforeAll(async () => void (redis = await startRedis()));
    afterAll(() => redis.stop());

    const exchange = async (one: RedisBus, two: RedisBus): Promise<void> => {
      const inbox = new Inbox();
      await two.subscribe('exchange', inbox.receive);
      one.publish('exchange', bytes('hello'));
      await inbox.until(1);
    };

    it('CLU-3: a Redis that dies is noticed, what is published is dropped, and it works again when Redis is back', async () => {
      const [one, two] = [await open(redis), await open(redis)];
      const inbox = new Inbox();
      await two.subscribe('scene', inbox.receive);
      const lost = [told(one, 'lost'), told(two, 'lost')];
      await redis.kill();
      await Promise.all(lost);
      expect(one.isConnected).toBe(false);
      await expect(one.check()).rejects.toThrow('Redis does not answer');
      one.publish('scene', bytes('dropped'));
      const regained = [told(one, 'regained'), told(two, 'regained')];
      await redis.restart();
      await Promise.all(regained);
      await one.check();
      one.publish('scene', bytes('after'));
      await inbox.until(1);
      expect(inbox.texts).toEqual(['after']);
      await Promise.all([one.close(), two.close()]);
    });

    it('CLU-3: a Redis that hangs is noticed too', async () => {
      const [one, two] = [await open(redis), await open(redis)];
      await exchange(one, two);
      const lost = told(two, 'lost');
      redis.pause();
      await lost;
      const regained = told(two, 'regained');
      redis.resume();
      await regained;
      await Promise.all([one.close(), two.close()]);
    });

    it('CLU-3: a server starts without Redis, opens scenes, and finds the others when Redis comes', async () => {
      await redis.kill();
      const [one, two] = await Promise.all([open(redis), open(redis)]);
      expect(one.isConnected).toBe(false);
      await expect(one.check()).rejects.toThrow('ECONNREFUSED');
      const inbox = new Inbox();
      await two.subscribe('scene', inbox.receive);
      const regained = [told(one, 'regained'), told(two, 'regained')];
      await redis.restart();
      await Promise.all(regained);
      one.publish('scene', bytes('hello'));
      await inbox.until(1);
      await Promise.all([one.close(), two.close()]);
    });
  });
});
