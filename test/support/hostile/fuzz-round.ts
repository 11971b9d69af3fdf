import { documentToJson, ROOT_MAPS } from '@diorama/shared';
import { setTimeout as delay } from 'node:timers/promises';
import * as Y from 'yjs';
import { Http } from '../http.js';
import type { Random } from '../random.js';
import { SyncClient } from '../sync-client.js';
import { issueToken } from '../tokens.js';
import { Attacker } from './attacker.js';
import { HonestClient } from './honest-client.js';
import { HostileFrames, type HostileFrame } from './hostile-frames.js';

export interface FuzzRoundOptions {
  /** Of a server whose secret is `JWT_SECRET`. */
  readonly url: string;
  readonly random: Random;
  /** Hostile frames that the server is to take. */
  readonly frames: number;
  readonly attackers?: number;
  readonly honest?: number;
  readonly editEveryMs?: number;
}

export interface FuzzResult {
  readonly sceneId: string;
  /** Frames taken, by sort. */
  readonly taken: ReadonlyMap<string, number>;
  /** Connections of attackers that ended, by close code. */
  readonly closed: ReadonlyMap<number, number>;
  readonly edits: number;
  readonly latencies: readonly number[];
  /** What is wrong; empty when all is well. */
  readonly faults: readonly string[];
  /** What everybody has at the end. */
  readonly document: string;
}

/**
 * How a server may end the connection of somebody who sends garbage: what `ws` finds wrong with frames (1002, 1003, 1006, 1007, 1009), and what
 * Diorama finds wrong with what is in them. 1005 and 1000 are the attackers' own farewells. 4500 is not among them.
 */
const EXPECTED_CODES = [1000, 1002, 1003, 1005, 1006, 1007, 1009, 4400, 4401, 4403, 4410, 4429];

/** Longer than this nobody waits for the others. */
const CONVERGE_WITHIN_MS = 30_000;

/** JSON with keys in order: maps iterate in the order in which their keys arrived. */
const sorted = (value: unknown): string =>
  JSON.stringify(value, (_, item: unknown) =>
    item !== null && typeof item === 'object' && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );

/** All that a replica holds in the roots of a scene. */
export const contentOf = (doc: Y.Doc): string =>
  sorted(Object.fromEntries(ROOT_MAPS.map((root) => [root, doc.getMap(root).toJSON()])));

/** Where two replicas differ, a few places of them. */
const differences = (a: Y.Doc, b: Y.Doc): string[] =>
  ROOT_MAPS.flatMap((root) => where(a.getMap(root).toJSON(), b.getMap(root).toJSON(), `/${root}`)).slice(
    0,
    5,
  );

function where(a: object, b: object, path = ''): string[] {
  const [left, right] = [a, b] as [Record<string, unknown>, Record<string, unknown>];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) => {
    const [one, other] = [left[key], right[key]];
    const at = `${path}/${key}`;
    if (sorted(one) === sorted(other)) return [];
    if (isObject(one) && isObject(other)) return where(one, other, at);
    return [`${at} is ${short(one)} here, ${short(other)} there`];
  });
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const short = (value: unknown): string => (value === undefined ? 'missing' : sorted(value)).slice(0, 120);

/** Attacks a new scene on which honest clients work, and looks what became of them. */
export async function fuzzRound(options: FuzzRoundOptions): Promise<FuzzResult> {
  const { url, random, frames, attackers = 8, honest = 4, editEveryMs = 50 } = options;
  const http = new Http({ url, token: await issueToken({ sub: 'ada' }) });
  const { scene_id: sceneId } = await http.createScene();
  const open = async (sub: string): Promise<SyncClient> => {
    const client = new SyncClient({ url, sceneId, token: await issueToken({ sub }) });
    await client.synced;
    return client;
  };
  const spy = await open('mallory');
  const editors = await Promise.all(
    Array.from({ length: honest }, async (_, at) =>
      HonestClient.open({ url, sceneId, token: await issueToken({ sub: `honest-${at}` }) }, `h${at}`, random),
    ),
  );
  for (const editor of editors) editor.start(editEveryMs);

  const taken = new Map<string, number>();
  const closed = new Map<number, number>();
  const faults: string[] = [];
  let count = 0;
  const token = await issueToken({ sub: 'mallory' });
  const honestIds = (): number[] => editors.map(({ client }) => client.doc.clientID);
  const attack = (): Promise<void> =>
    new Attacker({
      url,
      sceneId,
      token,
      random,
      frames: new HostileFrames({ random, truth: spy.doc, honestIds }),
      taken(batch) {
        count += batch.length;
        for (const { sort } of batch) taken.set(sort, (taken.get(sort) ?? 0) + 1);
      },
      closed(code, last) {
        closed.set(code, (closed.get(code) ?? 0) + 1);
        if (!EXPECTED_CODES.includes(code)) faults.push(`closed with ${code} after ${describe(last)}`);
      },
    }).run(() => count >= frames || editors.every(({ client }) => !client.isOpen));
  await Promise.all(Array.from({ length: attackers }, attack));

  for (const [at, editor] of editors.entries()) {
    if (!editor.client.isOpen)
      faults.push(`honest client ${at} was closed: ${JSON.stringify(await editor.client.closed)}`);
    else await editor.stop();
    for (const { code, detail } of editor.client.refused.slice(0, 3))
      faults.push(`honest client ${at} was refused: ${code} ${detail}`);
  }
  const newcomer = await open('newcomer');
  const replicas = [newcomer, ...editors.map(({ client }) => client)];
  const until = performance.now() + CONVERGE_WITHIN_MS;
  const differ = (): boolean => new Set(replicas.map(({ doc }) => contentOf(doc))).size > 1;
  while (differ() && performance.now() < until) await delay(20);
  if (differ())
    for (const [index, { doc }] of replicas.entries())
      faults.push(...differences(newcomer.doc, doc).map((at) => `replica ${index}: ${at}`));
  for (const [at, { client }] of editors.entries()) {
    const { clientID: id, store } = client.doc;
    const wrote = Y.getState(store, id);
    const arrived = Y.getState(newcomer.doc.store, id);
    if (arrived < wrote)
      faults.push(`of ${wrote} pieces that honest client ${at} wrote ${arrived} are there`);
  }
  const read = await http.get<{ document: object }>(`/v1/scenes/${sceneId}`);
  const shown = documentToJson(newcomer.doc) as object;
  if (sorted(read.body.document) !== sorted(shown))
    faults.push(...where(shown, read.body.document).map((at) => `REST: ${at}`));
  const document = contentOf(newcomer.doc);
  for (const client of [spy, ...replicas]) await client.close();
  return {
    sceneId,
    taken,
    closed,
    edits: editors.reduce((sum, editor) => sum + editor.edits, 0),
    latencies: editors.flatMap((editor) => editor.latencies),
    faults,
    document,
  };
}

const describe = (frames: readonly HostileFrame[]): string =>
  frames
    .map(({ sort, bytes }) => `${sort} ${Buffer.from(bytes.subarray(0, 200)).toString('hex')}`)
    .join(', ');

/** Whether a server still shows what everybody had at the end of a round. */
export async function stillHolds(
  url: string,
  { sceneId, document }: Pick<FuzzResult, 'sceneId' | 'document'>,
): Promise<boolean> {
  const reader = new SyncClient({ url, sceneId, token: await issueToken({ sub: 'ada' }) });
  await reader.synced;
  const same = contentOf(reader.doc) === document;
  await reader.close();
  return same;
}
