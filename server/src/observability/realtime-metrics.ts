import { ERROR_CODES, errorEntry } from '@diorama/shared';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { LogMetrics } from '../log/log-metrics.js';
import type { RealtimeMetrics } from '../rooms/realtime-metrics.js';
import { createDocumentMetrics } from './document-metrics.js';
import { countOf, valueOf } from './late-metrics.js';

/** From half a tick of the fan-out to a commit that waited for a database. */
const LATENCY_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

/** Close codes of RFC 6455 and of the catalogue. Clients may close with thousands of others, each of which would be a series for ever. */
const KNOWN_CLOSE_CODES: ReadonlySet<number | undefined> = new Set([
  ...[1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1010, 1012],
  ...ERROR_CODES.map((code) => errorEntry(code).close),
]);

/** The metrics of rooms and log on a Prometheus registry. */
export function createRealtimeMetrics(registry: Registry): RealtimeMetrics & LogMetrics {
  const registers = [registry];
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers });
  const counter = (name: string, help: string) => new Counter({ name, help, registers });
  const seconds = (name: string, help: string) =>
    new Histogram({ name, help, buckets: LATENCY_BUCKETS, registers });

  const rooms = gauge('diorama_rooms', 'Scenes that are open');
  const connections = gauge('diorama_sync_connections', 'Sync connections');
  const closed = new Counter({
    name: 'diorama_sync_closed_total',
    help: 'Sync connections that ended, by close code; "other" for those that only clients give',
    labelNames: ['code'],
    registers,
  });
  const refused = new Counter({
    name: 'diorama_sync_refused_total',
    help: 'Document frames that were refused, by error code',
    labelNames: ['code'],
    registers,
  });
  const count = (name: string, help: string) => countOf({ name, help, registers });
  const received = count('diorama_sync_received_bytes_total', 'Bytes of frames from sync clients');
  const sent = count('diorama_sync_sent_bytes_total', 'Bytes of frames to sync clients');
  const lagged = counter('diorama_sync_lagged_total', 'Times that a connection fell behind');
  const resynced = counter(
    'diorama_sync_resyncs_total',
    'Connections that had fallen behind and were brought up to date by one diff',
  );
  const dropped = counter(
    'diorama_presence_dropped_total',
    'Times that a connection was not sent presence because it did not keep up',
  );
  const relay = seconds('diorama_relay_seconds', 'Seconds that the oldest message of a tick waited');
  const commit = seconds(
    'diorama_log_commit_seconds',
    'Seconds from the oldest update of a commit to its end',
  );
  const updates = count('diorama_log_updates_total', 'Updates that were committed');
  const bytes = count('diorama_log_bytes_total', 'Bytes of updates that were committed');
  const failures = counter('diorama_log_commit_failures_total', 'Commits that failed');
  const pending = valueOf({
    name: 'diorama_log_pending_bytes',
    help: 'Bytes of updates that wait for their commit',
    registers,
  });
  const compaction = seconds('diorama_log_compaction_seconds', 'Seconds that a compaction took');

  return {
    ...createDocumentMetrics(registry),
    roomOpened: () => rooms.inc(),
    roomClosed: () => rooms.dec(),
    connectionOpened: () => connections.inc(),
    connectionClosed(code) {
      connections.dec();
      closed.inc({ code: KNOWN_CLOSE_CODES.has(code) ? String(code) : 'other' });
    },
    received,
    sent,
    relayed: (waited) => relay.observe(waited),
    refused: (code) => refused.inc({ code }),
    lagged: () => lagged.inc(),
    presenceDropped: () => dropped.inc(),
    resynced: (connections) => resynced.inc(connections),
    committed(done) {
      commit.observe(done.seconds);
      updates(done.updates);
      bytes(done.bytes);
    },
    commitFailed: () => failures.inc(),
    pending,
    compacted: (took) => compaction.observe(took),
  };
}
