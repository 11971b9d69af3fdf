import { encodeToken, MESSAGE, SYNC_STEP } from '@diorama/shared';
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import type { Random } from '../random.js';
import { syncFrame } from '../sync-client.js';
import { craftedUpdate } from './crafted-update.js';
import { brokenWebSocketFrame, mutated, noise, withWrongLength } from './frame-mutations.js';
import { bottomless, SceneVandal } from './scene-vandal.js';

/** Something that no honest client sends. */
export interface HostileFrame {
  readonly sort: string;
  readonly bytes: Uint8Array;
  /** `raw`: the bytes of the WebSocket frame itself. */
  readonly as: 'binary' | 'text' | 'raw';
}

export interface HostileFramesOptions {
  readonly random: Random;
  /** What the scene holds, as a spy sees it. */
  readonly truth: Y.Doc;
  /** Yjs client ids of honest clients. */
  readonly honestIds: () => readonly number[];
}

/** Updates that follow upon each other, before the vandal looks at what became of the scene. */
const UPDATES_A_LOOK = 12;
const LONG_BYTES = 10_000_000;

const awarenessFrame = (update: Uint8Array): Uint8Array => {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, MESSAGE.awareness);
  encoding.writeVarUint8Array(encoder, update);
  return encoding.toUint8Array(encoder);
};

/** Makes hostile frames of every sort, the same ones for the same seed and scene. */
export class HostileFrames {
  readonly #options: HostileFramesOptions;
  readonly #random: Random;
  readonly #vandal: SceneVandal;
  readonly #weighted: readonly (() => HostileFrame)[];
  #sinceLook = UPDATES_A_LOOK;
  #samples: readonly Uint8Array[] = [];

  constructor(options: HostileFramesOptions) {
    this.#options = options;
    this.#random = options.random;
    this.#vandal = new SceneVandal(options.random);
    const weights: readonly [number, () => HostileFrame][] = [
      [300, () => this.#binary('mutated', mutated(this.#sample(), this.#random))],
      [60, () => this.#binary('cut off', this.#cut())],
      [100, () => this.#binary('wrong length', withWrongLength(this.#sample(), this.#random))],
      [250, () => this.#vandalism()],
      [60, () => this.#forged()],
      [120, () => this.#binary('crafted update', this.#crafted())],
      [60, () => this.#binary('presence', this.#presence())],
      [15, () => this.#binary('token', encodeToken('x'.repeat(this.#random.int(2_000))))],
      [15, () => this.#binary('server message', Uint8Array.of(100 + this.#random.int(6), 1, 2, 3))],
      [10, () => this.#binary('noise', noise(this.#random.int(300), this.#random))],
      [5, () => ({ sort: 'text', bytes: noise(20, this.#random), as: 'text' })],
      [10, () => ({ sort: 'WebSocket', bytes: brokenWebSocketFrame(this.#random), as: 'raw' })],
      [4, () => this.#binary('bottomless JSON', syncFrame(SYNC_STEP.update, bottomless(this.#random)))],
      [1, () => this.#binary('10 MB string', syncFrame(SYNC_STEP.update, this.#vandal.long(LONG_BYTES)))],
    ];
    this.#weighted = weights.flatMap(([weight, make]) => Array.from({ length: weight }, () => make));
  }

  next(): HostileFrame {
    if (this.#sinceLook >= UPDATES_A_LOOK) this.#look();
    return this.#random.pick(this.#weighted)();
  }

  #look(): void {
    this.#sinceLook = 0;
    this.#vandal.restart(this.#options.truth);
    const { truth } = this.#options;
    const writer = new Y.Doc();
    const updates: Uint8Array[] = [];
    writer.on('update', (update: Uint8Array) => updates.push(update));
    writer.getMap('nodes').set(`m${this.#random.int(20)}`, new Y.Map([['kind', 'group']]));
    writer.getMap('scene').set('name', 'mutated');
    writer.getText('text').insert(0, 'some text 🎈');
    writer.getText('text').format(0, 4, { bold: true });
    writer.getXmlFragment('xml').insert(0, [new Y.XmlElement('p')]);
    writer.getMap('nodes').set('bytes', new Uint8Array(20));
    writer.getMap('nodes').set('sub', new Y.Doc());
    this.#samples = [
      ...updates.map((update) => syncFrame(SYNC_STEP.update, update)),
      syncFrame(SYNC_STEP.step1, Y.encodeStateVector(truth)),
      syncFrame(SYNC_STEP.step2, Y.encodeStateAsUpdate(writer)),
      Uint8Array.of(MESSAGE.queryAwareness),
      this.#presence(),
      syncFrame(SYNC_STEP.update, this.#vandal.next().update),
    ];
    writer.destroy();
  }

  #binary(sort: string, bytes: Uint8Array): HostileFrame {
    return { sort, bytes, as: 'binary' };
  }

  #sample(): Uint8Array {
    return this.#random.pick(this.#samples);
  }

  #cut(): Uint8Array {
    const sample = this.#sample();
    return sample.subarray(0, this.#random.int(sample.length));
  }

  #vandalism(): HostileFrame {
    this.#sinceLook++;
    const { sort, update } = this.#vandal.next();
    const step = this.#random.int(10) === 0 ? SYNC_STEP.step2 : SYNC_STEP.update;
    return this.#binary(sort, syncFrame(step, update));
  }

  /** What somebody else seems to have written. */
  #forged(): HostileFrame {
    this.#sinceLook++;
    const { update } = this.#vandal.next(this.#honestId());
    return this.#binary('forged client id', syncFrame(SYNC_STEP.update, update));
  }

  #crafted(): Uint8Array {
    const ids = [...this.#options.honestIds(), this.#vandal.clientId, 1, 2];
    return syncFrame(SYNC_STEP.update, craftedUpdate(this.#random, ids));
  }

  #honestId(): number {
    const ids = this.#options.honestIds();
    return ids.length === 0 ? 1 : this.#random.pick(ids);
  }

  /** Presence of others, of nobody, of too many, with states that are none. */
  #presence(): Uint8Array {
    const random = this.#random;
    const encoder = encoding.createEncoder();
    const count = 1 + random.int(4);
    encoding.writeVarUint(encoder, random.int(8) === 0 ? 2 ** 40 : count);
    for (let at = 0; at < count; at++) {
      encoding.writeVarUint(encoder, random.int(2) === 0 ? this.#honestId() : random.int(2 ** 31));
      encoding.writeVarUint(encoder, random.pick([0, 1, 2, 1_000, 2 ** 32, 2 ** 53 - 1]));
      const state = random.pick(['null', '{}', '[', '"x"', '{"user":1}', '[['.repeat(5_000), '']);
      encoding.writeVarString(
        encoder,
        random.int(30) === 0 ? JSON.stringify('x'.repeat(random.int(120_000))) : state,
      );
    }
    return awarenessFrame(encoding.toUint8Array(encoder));
  }
}
