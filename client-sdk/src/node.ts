import { WebSocket } from 'ws';
import { Diorama as AnyDiorama, type DioramaOptions } from './diorama.js';

export * from './index.js';

/** Diorama for Node, with the WebSocket of `ws`: Node 20 has none of its own. */
export class Diorama extends AnyDiorama {
  constructor(options: DioramaOptions) {
    super({ WebSocket, ...options });
  }
}
