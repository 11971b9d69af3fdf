/** Sub-buckets for each power of two: a quantile is at most 1/64 too high. */
const SUB = 64;
const POWERS = 32;

/** Counts values from 1 to 2^32 (microseconds, bytes) in constant memory and time. */
export class Histogram {
  readonly #counts = new Float64Array(SUB * POWERS);
  #count = 0;
  #max = 0;

  get count(): number {
    return this.#count;
  }

  get max(): number {
    return this.#max;
  }

  add(value: number, times = 1): void {
    const whole = value < 1 ? 1 : Math.ceil(value);
    if (whole > this.#max) this.#max = whole;
    const power = whole < SUB ? 0 : 26 - Math.clz32(whole);
    this.#counts[bucketOf(whole, power)]! += times;
    this.#count += times;
  }

  /** The value that the share `q` of all values does not exceed; NaN without values. */
  quantile(q: number): number {
    if (this.#count === 0) return NaN;
    const rank = Math.max(1, Math.ceil(q * this.#count));
    let seen = 0;
    for (let bucket = 0; bucket < this.#counts.length; bucket++) {
      seen += this.#counts[bucket] as number;
      if (seen >= rank) return Math.min(upperBound(bucket), this.#max);
    }
    return this.#max;
  }

  reset(): void {
    this.#counts.fill(0);
    this.#count = 0;
    this.#max = 0;
  }
}

/** Values below 64 have a bucket each; above, the six bits after the leading one choose it. */
const bucketOf = (whole: number, power: number): number =>
  power === 0 ? whole : power * SUB + ((whole >>> (power - 1)) & (SUB - 1));

const upperBound = (bucket: number): number => {
  const power = Math.floor(bucket / SUB);
  if (power === 0) return bucket;
  return (SUB + (bucket % SUB) + 1) * 2 ** (power - 1) - 1;
};
