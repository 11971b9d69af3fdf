import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { onStopSignals } from './stop-signals.js';

function start() {
  const signals = new EventEmitter();
  const clock = { time: 0 };
  const events: string[] = [];
  onStopSignals({
    signals,
    now: () => clock.time,
    stop: (reason) => events.push(`stop: ${reason}`),
    endAtOnce: () => events.push('end'),
  });
  const at = (time: number, signal: string): void => {
    clock.time = time;
    signals.emit(signal);
  };
  return { events, at };
}

it('OPS-15: one Ctrl-C, however many pass it on, stops once, and another one ends at once', () => {
  const { events, at } = start();
  at(0, 'SIGINT');
  at(3, 'SIGINT');
  at(200, 'SIGINT');
  expect(events).toEqual(['stop: SIGINT']);
  at(2_000, 'SIGINT');
  expect(events).toEqual(['stop: SIGINT', 'end']);
});

it('OPS-15: a supervisor that repeats SIGTERM is no impatient person', () => {
  const { events, at } = start();
  at(0, 'SIGTERM');
  at(5_000, 'SIGTERM');
  expect(events).toEqual(['stop: SIGTERM']);
  at(6_000, 'SIGINT');
  expect(events).toEqual(['stop: SIGTERM', 'end']);
});
