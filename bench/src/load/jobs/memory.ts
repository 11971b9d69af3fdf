import { Inspector } from '../../servers/inspector.js';
import { Client } from '../client.js';
import { allSynced } from '../crowd.js';
import { PoseWrites } from '../pose-writes.js';
import { residentBytes } from '../processes.js';
import { Tally } from '../tally.js';
import { createRooms, type Target } from '../target.js';
import { delay, holdsWithin } from '../wait.js';
import { seed } from './join.js';

export interface MemoryParams {
  readonly target: Target;
  readonly inspector: string;
  readonly connections: number;
  readonly largeRooms: number;
  readonly nodes: number;
  readonly rooms: number;
}

const AT_ONCE = 20;
/** Longer than Diorama takes to see that it rests, after which it gives memory back. */
const REST_MS = 12_000;
const UNLOAD_TIMEOUT_MS = 60_000;
/** How long a peer gets to let go of rooms that nobody is in; none of them says when it has. */
const PEER_UNLOAD_MS = 8_000;

/** What connections and rooms cost in memory: in use after a collection, and resident. */
export async function memory(params: MemoryParams) {
  const { target } = params;
  const inspector = await Inspector.connect(params.inspector);
  const look = async () => {
    await delay(REST_MS);
    const resident = residentBytes(target.serverPid);
    return { used: await inspector.memoryInUse(), resident };
  };

  const halls = await createRooms(target, 4, 'hall');
  const enter = async (count: number): Promise<Client[]> => {
    const clients: Client[] = [];
    for (let at = 0; at < count; at += AT_ONCE) {
      const some = Array.from({ length: Math.min(AT_ONCE, count - at) }, (_, i) => {
        const room = halls[(at + i) % halls.length] as string;
        return new Client({ target, room, tally: new Tally(), writers: [0, 0] });
      });
      await allSynced(some);
      clients.push(...some);
    }
    return clients;
  };
  // The first ones pay for what is made once.
  const first = await enter(100);
  const beforeConnections = await look();
  const idle = await enter(params.connections);
  const withConnections = await look();
  for (const { socket } of [...first, ...idle]) socket.destroy();

  const warm = await seed({ target, nodes: params.nodes, name: 'warm' });
  const beforeLarge = await look();
  const large = [];
  for (let at = 0; at < params.largeRooms; at++)
    large.push(await seed({ target, nodes: params.nodes, name: `large-${at}` }));
  const withLarge = await look();
  for (const { client } of [warm, ...large]) client.socket.close();

  // Rooms that are made once are not the last to be let go of: a hundred before the baseline.
  await openAndLeave(target, Math.min(100, params.rooms), 'first');
  const before = await look();
  await openAndLeave(target, params.rooms, 'passed');
  const after = await look();
  inspector.close();
  const per = (from: typeof before, to: typeof before, count: number) => ({
    used: (to.used - from.used) / count,
    resident: (to.resident - from.resident) / count,
  });
  const connection = per(beforeConnections, withConnections, params.connections);
  const room = per(beforeLarge, withLarge, params.largeRooms);
  const left = per(before, after, 1);
  return {
    connectionBytes: connection.used,
    connectionResident: connection.resident,
    roomBytes: room.used,
    roomResident: room.resident,
    leftBytes: left.used,
    leftResident: left.resident,
    resident: after.resident,
  };
}

/** Opens rooms, writes something into each, and leaves them; resolves when the server has let go of them. */
async function openAndLeave(target: Target, count: number, prefix: string): Promise<void> {
  const rooms = await createRooms(target, count, prefix);
  for (let at = 0; at < count; at += AT_ONCE) {
    const visitors = rooms
      .slice(at, at + AT_ONCE)
      .map((room) => new Client({ target, room, tally: new Tally(), writers: [0, 0] }));
    await allSynced(visitors);
    for (const visitor of visitors) visitor.sendUpdate(new PoseWrites(1).setup);
    await holdsWithin(10_000, () => !target.isDiorama || visitors.every((visitor) => visitor.isSaved));
    for (const { socket } of visitors) socket.close();
  }
  if (!target.isDiorama) {
    await delay(PEER_UNLOAD_MS);
    return;
  }
  let open = NaN;
  for (const until = performance.now() + UNLOAD_TIMEOUT_MS; open !== 0 && performance.now() < until;) {
    await delay(250);
    open = await openRooms(target);
  }
  if (open !== 0) throw new Error(`${open} rooms are still open`);
}

async function openRooms(target: Target): Promise<number> {
  const response = await fetch(`${target.url}/metrics`, {
    headers: { authorization: `Bearer ${target.token}` },
  });
  return Number(/^diorama_rooms (\d+)$/m.exec(await response.text())?.[1] ?? NaN);
}
