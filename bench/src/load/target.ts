/** How a server wants its frames: y-websocket's, or hocuspocus' with the document's name before each message. */
export type Dialect = 'y-websocket' | 'hocuspocus' | 'relay';

/** What the load generator has to know of a server. */
export interface Target {
  readonly name: string;
  readonly dialect: Dialect;
  /** Origin, `http://127.0.0.1:…`. */
  readonly url: string;
  /** Diorama's bearer token; empty for peers. */
  readonly token: string;
  readonly isDiorama: boolean;
  /** The server's process and its database's: their whole trees are what its CPU is. */
  readonly pids: readonly number[];
  /** The server's own process. */
  readonly serverPid: number;
  readonly databasePids: readonly number[];
}

/** Makes a room and returns what a connection names it by. Only Diorama's have to be made. */
export async function createRoom(target: Target, name: string): Promise<string> {
  if (!target.isDiorama) return name;
  const response = await fetch(`${target.url}/v1/scenes`, {
    method: 'POST',
    headers: { authorization: `Bearer ${target.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  });
  if (response.status !== 201) throw new Error(`no scene: ${response.status} ${await response.text()}`);
  return ((await response.json()) as { scene_id: string }).scene_id;
}

/** Makes many rooms, a few at a time. */
export async function createRooms(target: Target, count: number, prefix = 'room'): Promise<string[]> {
  const rooms: string[] = [];
  for (let at = 0; at < count; at += 20) {
    const some = Array.from({ length: Math.min(20, count - at) }, (_, i) => `${prefix}-${at + i}`);
    rooms.push(...(await Promise.all(some.map((name) => createRoom(target, name)))));
  }
  return rooms;
}

/** Path and query of a connection. */
export const pathOf = (target: Target, room: string): string =>
  target.isDiorama ? `/v1/sync/${room}?token=${encodeURIComponent(target.token)}` : `/${room}`;
