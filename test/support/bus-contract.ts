import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Bus, BusListener } from '../../server/src/rooms/bus/bus.js';

/** Servers that are on one bus. */
export interface BusUnderTest {
  join(): Promise<Bus>;
  stop(): Promise<void>;
}

/** What a subscriber got, and a way to wait for it. */
export class Inbox {
  readonly messages: { readonly text: string; readonly from: string }[] = [];
  #wake: () => void = () => undefined;

  readonly receive = (message: Uint8Array, from: string): void => {
    this.messages.push({ text: Buffer.from(message).toString('latin1'), from });
    this.#wake();
  };

  get texts(): string[] {
    return this.messages.map(({ text }) => text);
  }

  async until(count: number): Promise<void> {
    while (this.messages.length < count) await new Promise<void>((resolve) => (this.#wake = resolve));
  }
}

export const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));

/** Resolves when the bus tells it. */
export function told<K extends keyof BusListener>(bus: Bus, what: K): Promise<Parameters<BusListener[K]>> {
  return new Promise((resolve) => {
    const hear =
      (kind: keyof BusListener) =>
      (...details: unknown[]): void => {
        if (kind !== what) return;
        unwatch();
        resolve(details as Parameters<BusListener[K]>);
      };
    const unwatch = bus.watch({ regained: hear('regained'), lost: hear('lost'), gone: hear('gone') });
  });
}

/** The rules of the port, for every adapter. */
export function describeBus(name: string, start: () => Promise<BusUnderTest>): void {
  let under: BusUnderTest;
  const open: Bus[] = [];
  beforeAll(async () => void (under = await start()));
  afterEach(async () => {
    for (const bus of open.splice(0)) await bus.close();
  });
  afterAll(() => under.stop());

  const join = async (): Promise<Bus> => {
    const bus = await under.join();
    open.push(bus);
    return bus;
  };

  it(`CLU-1: on the ${name} bus, subscribers get what other servers publish on their scene, in order and unchanged`, async () => {
    const [one, two, three] = await Promise.all([join(), join(), join()]);
    const [inTwo, inThree] = [new Inbox(), new Inbox()];
    await two.subscribe('scene', inTwo.receive);
    await three.subscribe('scene', inThree.receive);
    const sent = Array.from({ length: 100 }, (_, at) => `${at}\0\xff\x80`);
    for (const text of sent) one.publish('scene', bytes(text));
    await Promise.all([inTwo.until(100), inThree.until(100)]);
    expect(inTwo.texts).toEqual(sent);
    expect(inThree.texts).toEqual(sent);
    expect(new Set(inTwo.messages.map(({ from }) => from)).size).toBe(1);
  });

  it(`CLU-1: on the ${name} bus, nobody gets their own messages, another scene's, or any after the end`, async () => {
    const [one, two] = await Promise.all([join(), join()]);
    const [own, other, ended, last] = [new Inbox(), new Inbox(), new Inbox(), new Inbox()];
    await one.subscribe('scene', own.receive);
    await two.subscribe('another', other.receive);
    const end = await two.subscribe('ended', ended.receive);
    end();
    await two.subscribe('scene', last.receive);
    one.publish('ended', bytes('too late'));
    one.publish('scene', bytes('first'));
    await last.until(1);
    two.publish('scene', bytes('answer'));
    await own.until(1);
    expect(own.texts).toEqual(['answer']);
    expect(other.texts).toEqual([]);
    expect(ended.texts).toEqual([]);
    expect(own.messages[0]?.from).not.toBe(last.messages[0]?.from);
  });

  it(`CLU-1: on the ${name} bus, a scene can be opened again after it was closed`, async () => {
    const [one, two] = await Promise.all([join(), join()]);
    const [first, second] = [new Inbox(), new Inbox()];
    const end = await two.subscribe('scene', first.receive);
    const again = two.subscribe('scene', second.receive);
    end();
    await again;
    one.publish('scene', bytes('hello'));
    await second.until(1);
    expect(first.texts).toEqual([]);
  });

  it(`CLU-2: the ${name} bus tells of a server that has ended`, async () => {
    const [one, two] = await Promise.all([join(), join()]);
    const inbox = new Inbox();
    await one.subscribe('scene', inbox.receive);
    await two.subscribe('scene', () => undefined);
    two.publish('scene', bytes('here'));
    await inbox.until(1);
    const gone = told(one, 'gone');
    await two.close();
    expect(await gone).toEqual([inbox.messages[0]?.from]);
  });
}
