import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { DocumentSize } from '../rooms/checks/document-size.js';
import { TokenBucket } from '../rooms/checks/token-bucket.js';
import type { RealtimeMetrics } from '../rooms/realtime-metrics.js';

const KIB = 1024;
/** From an empty scene to the largest that is taken by default. */
const SIZE_BUCKETS = [1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536].map((size) => size * KIB);

/**
 * To measure, a document is encoded, and editors wait meanwhile: so many milliseconds a second, and as many as `burst` at once. Documents whose
 * turn does not come are shown with what they had and all that came since, which is more than they are.
 */
const MEASURING_MS = { perSecond: 10, burst: 50 };

/** Sizes of the documents of open rooms, and how much documents grow: measured when somebody looks, and when a room ends. */
export function createDocumentMetrics(
  registry: Registry,
  now = (): number => performance.now(),
): Pick<RealtimeMetrics, 'documentOpened' | 'documentClosed'> {
  const open = new Set<DocumentSize>();
  const budget = new TokenBucket({ ...MEASURING_MS, now });
  const measure = (size: DocumentSize): void => {
    if (size.estimate === size.measured || !budget.tryTake()) return;
    const before = size.measured;
    budget.take(size.measure());
    // A document that became smaller does not take back what others grew by.
    if (size.measured > before) growth.inc(size.measured - before);
  };
  const measureAll = (): void => {
    // Those that are furthest from what is known of them first.
    const inexact = [...open].sort((a, b) => b.estimate - b.measured - (a.estimate - a.measured));
    for (const size of inexact) measure(size);
  };
  const registers = [registry];
  const growth = new Counter({
    name: 'diorama_document_growth_bytes_total',
    help: 'Bytes that documents have grown by, encoded; what was overwritten does not count',
    registers,
    collect: measureAll,
  });
  new Histogram({
    name: 'diorama_document_bytes',
    help: 'Encoded sizes of the documents that are open now (not a sum over time): _sum is that of all, _count how many',
    buckets: SIZE_BUCKETS,
    registers,
    collect() {
      this.reset();
      this.zero({});
      for (const size of open) this.observe(size.estimate);
    },
  });
  new Gauge({
    name: 'diorama_document_largest_bytes',
    help: 'Encoded size of the largest document that is open',
    registers,
    collect() {
      let most = 0;
      for (const { estimate } of open) most = Math.max(most, estimate);
      this.set(most);
    },
  });
  return {
    documentOpened: (size) => void open.add(size),
    documentClosed(size) {
      if (open.delete(size)) measure(size);
    },
  };
}
