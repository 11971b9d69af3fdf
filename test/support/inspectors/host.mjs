// Stands for a server that is killed while its inspector is busy: starts one, makes it hang, tells its id.
import { fork } from 'node:child_process';

const inspector = fork(process.argv[2], [String(2 ** 40)]);
inspector.send({ id: 1, input: { location: 'answer' } });
inspector.once('message', () => {
  inspector.send({ id: 2, input: { location: 'hang' } });
  process.send({ pid: inspector.pid });
});
