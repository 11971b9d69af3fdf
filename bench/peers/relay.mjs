// The least that a relay can be: no document, no check, no store. What arrives within 10 ms leaves in one write per client.
// It shows what Node, ws and the kernel leave to anybody; `DIRECT=1` sends each frame by itself instead.
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

const WINDOW_MS = 10;
const FIN_BINARY = 0x82;
const direct = process.env.DIRECT === '1';

const rooms = new Map();
const server = createServer();
const webSockets = new WebSocketServer({ server, perMessageDeflate: false });

function frame(message) {
  const long = message.length > 125;
  if (message.length > 65_535) throw new Error('no frame of this size is expected');
  const framed = Buffer.allocUnsafe(message.length + (long ? 4 : 2));
  framed[0] = FIN_BINARY;
  framed[1] = long ? 126 : message.length;
  if (long) framed.writeUInt16BE(message.length, 2);
  framed.set(message, long ? 4 : 2);
  return framed;
}

function flush(room) {
  room.timer = undefined;
  const { items } = room;
  room.items = [];
  const senders = new Set(items.map(({ sender }) => sender));
  const all = Buffer.concat(items.map(({ framed }) => framed));
  for (const client of room.clients) {
    if (!senders.has(client)) client._socket.write(all);
    else {
      const others = items.filter(({ sender }) => sender !== client).map(({ framed }) => framed);
      if (others.length > 0) client._socket.write(Buffer.concat(others));
    }
  }
}

webSockets.on('connection', (client, request) => {
  const room = rooms.get(request.url) ?? { clients: new Set(), items: [], timer: undefined };
  rooms.set(request.url, room);
  room.clients.add(client);
  client.on('close', () => room.clients.delete(client));
  client.on('error', () => client.terminate());
  client.on('message', (message) => {
    if (direct) {
      for (const other of room.clients) if (other !== client) other.send(message);
      return;
    }
    room.items.push({ framed: frame(message), sender: client });
    room.timer ??= setTimeout(() => flush(room), WINDOW_MS);
  });
});
server.listen(Number(process.env.PORT), '127.0.0.1', () => process.stdout.write('ready\n'));
