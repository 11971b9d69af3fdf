import { Gauge, type Registry } from 'prom-client';
import type { Bus } from '../rooms/bus/bus.js';
import type { BusMetrics } from '../rooms/bus/bus-metrics.js';
import { countOf } from './late-metrics.js';

/** The metrics of what servers tell each other on a Prometheus registry. */
export function createBusMetrics(registry: Registry, bus: Bus): BusMetrics {
  const registers = [registry];
  const count = (name: string, help: string) => countOf({ name, help, registers });
  const published = count('diorama_bus_published_total', 'Messages to other servers');
  const publishedBytes = count('diorama_bus_published_bytes_total', 'Bytes of messages to other servers');
  const received = count('diorama_bus_received_total', 'Messages from other servers');
  const receivedBytes = count('diorama_bus_received_bytes_total', 'Bytes of messages from other servers');
  const resyncs = count(
    'diorama_bus_resyncs_total',
    'Times that the log of a scene was read again, since something from other servers was missing',
  );
  new Gauge({
    name: 'diorama_bus_connected',
    help: 'Whether other servers are heard at once',
    registers,
    collect() {
      this.set(bus.isConnected ? 1 : 0);
    },
  });
  return {
    published(bytes) {
      published(1);
      publishedBytes(bytes);
    },
    received(bytes) {
      received(1);
      receivedBytes(bytes);
    },
    resynced: () => resyncs(1),
  };
}
