import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { Client } from '../client.js';
import { allSynced } from '../crowd.js';
import { measureCpu, type JobIo } from '../job.js';
import { FIRST_WRITER } from '../pose-writes.js';
import { Tally } from '../tally.js';
import { createRoom, type Target } from '../target.js';
import { delay } from '../wait.js';
import { WriteLoad } from '../write-load.js';
import { milliseconds } from './steady.js';

export interface PresenceParams {
  readonly target: Target;
  readonly clients: number;
  readonly rate: number;
  readonly warmMs: number;
  readonly ms: number;
}

/** Every how manieth client reads what it gets; the others only receive it. */
const READING_EVERY = 10;
const CONNECT_AT_ONCE = 50;

/** Everybody's cursor moves, and everybody sees it. */
export async function presence(params: PresenceParams, io: JobIo) {
  const { target, clients: count } = params;
  const room = await createRoom(target, 'presence');
  const tally = new Tally();
  const clients: Client[] = [];
  for (let from = 0; from < count; from += CONNECT_AT_ONCE) {
    const some: Client[] = [];
    for (let at = from; at < Math.min(count, from + CONNECT_AT_ONCE); at++) {
      const last = new Int32Array(count).fill(-1);
      const reads = at % READING_EVERY === 0;
      const see = (bytes: Buffer, start: number, end: number): void => {
        readAwareness(bytes.subarray(start, end), (writer, seq) => {
          if (writer === at || writer < 0 || writer >= count || seq <= (last[writer] as number)) return;
          tally.covered += seq - (last[writer] as number);
          last[writer] = seq;
          tally.delivered++;
          if (tally.isTiming) tally.arrived(writer, seq, performance.now());
        });
      };
      some.push(
        new Client({
          target,
          room,
          tally,
          writers: [0, 0],
          writerIndex: at,
          ...(reads ? { onAwareness: see } : {}),
        }),
      );
    }
    await allSynced(some);
    clients.push(...some);
  }
  const load = new WriteLoad(clients, tally, (client) => client.awarenessFrame(cursorOf(client)));
  load.start(params.rate);
  await delay(params.warmMs);
  tally.restart();
  const cpu = await measureCpu(target, params.ms, io);
  tally.isTiming = false;
  load.stop();
  const result = {
    ...cpu,
    p50: milliseconds(tally.latency, 0.5),
    p99: milliseconds(tally.latency, 0.99),
    deliveries: (tally.delivered * READING_EVERY) / cpu.seconds,
    open: clients.filter(({ socket }) => socket.isOpen).length,
  };
  for (const { socket } of clients) socket.destroy();
  return result;
}

/** The client's next awareness update: a name, a colour and where its cursor is. */
function cursorOf(client: Client): Uint8Array {
  const index = client.writerIndex ?? 0;
  const seq = client.nextSeq++;
  const state = {
    user: { name: `Person ${index}`, color: '#e8590c' },
    cursor: [Math.sin(seq / 10), index / 100, Math.cos(seq / 10)],
  };
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, 1);
  encoding.writeVarUint(encoder, FIRST_WRITER + index);
  encoding.writeVarUint(encoder, seq + 1);
  encoding.writeVarString(encoder, JSON.stringify(state));
  return encoding.toUint8Array(encoder);
}

function readAwareness(update: Uint8Array, on: (writer: number, seq: number) => void): void {
  const decoder = decoding.createDecoder(update);
  for (let left = decoding.readVarUint(decoder); left > 0; left--) {
    const writer = decoding.readVarUint(decoder) - FIRST_WRITER;
    const seq = decoding.readVarUint(decoder) - 1;
    const length = decoding.readVarUint(decoder);
    decoder.pos += length;
    on(writer, seq);
  }
}
