import { expect, it } from 'vitest';
import { Emitter } from './emitter.js';

interface Events {
  count: number;
}

it('SDK-16: a listener hears events until it unsubscribes', () => {
  const emitter = new Emitter<Events>();
  const heard: number[] = [];
  const off = emitter.on('count', (n) => heard.push(n));
  emitter.emit('count', 1);
  off();
  emitter.emit('count', 2);
  expect(heard).toEqual([1]);
});

it('SDK-16: a listener that throws does not keep the others from hearing, and its error is not lost', async () => {
  const emitter = new Emitter<Events>();
  const heard: number[] = [];
  const uncaught = new Promise((resolve) => {
    // vitest reports uncaught errors as failures: for this one it must stand aside.
    const listeners = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.once('uncaughtException', (error) => {
      for (const listener of listeners) process.on('uncaughtException', listener);
      resolve(error);
    });
  });
  const mistake = new Error('a bug in a listener');
  emitter.on('count', () => {
    throw mistake;
  });
  emitter.on('count', (n) => heard.push(n));
  emitter.emit('count', 1);
  expect(heard).toEqual([1]);
  expect(await uncaught).toBe(mistake);
});
