import * as Y from 'yjs';
import type { DecodedUpdate } from './update-check.js';

type Struct = DecodedUpdate['structs'][number];

/** Finds the structs of an update by id, before it is applied. */
export class StructIndex {
  /** The structs of each client, sorted by clock as in the update. */
  readonly #byClient = new Map<number, Struct[]>();

  constructor(structs: readonly Struct[]) {
    for (const struct of structs) {
      const list = this.#byClient.get(struct.id.client);
      if (list === undefined) this.#byClient.set(struct.id.client, [struct]);
      else list.push(struct);
    }
  }

  /** The struct that covers the clock; undefined if the update has none there or skips the clock. */
  find(client: number, clock: number): Struct | undefined {
    const list = this.#byClient.get(client) ?? [];
    let low = 0;
    let high = list.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const struct = list[middle] as Struct;
      if (clock < struct.id.clock) high = middle - 1;
      else if (clock >= struct.id.clock + struct.length) low = middle + 1;
      else return struct instanceof Y.Skip ? undefined : struct;
    }
    return undefined;
  }
}
