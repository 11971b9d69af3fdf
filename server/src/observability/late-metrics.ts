import { Counter, Gauge, type CounterConfiguration, type GaugeConfiguration } from 'prom-client';

/*
 * What is counted for every frame: prom-client takes a microsecond for it, which is a tenth of what a frame costs at all. So it is
 * told when somebody looks.
 */

/** A counter; the function adds to it. */
export function countOf(options: CounterConfiguration<never>): (by: number) => void {
  let added = 0;
  new Counter({
    ...options,
    collect() {
      this.inc(added);
      added = 0;
    },
  });
  return (by) => {
    added += by;
  };
}

/** A gauge; the function sets it. */
export function valueOf(options: GaugeConfiguration<never>): (value: number) => void {
  let latest = 0;
  new Gauge({
    ...options,
    collect() {
      this.set(latest);
    },
  });
  return (value) => {
    latest = value;
  };
}
