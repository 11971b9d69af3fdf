import type { ErrorCode } from '@diorama/shared';
import type * as Y from 'yjs';
import type { SceneLog } from '../log/scene-log.js';
import type { Logger } from '../observability/logger.js';
import type { FullState } from './document/full-state.js';
import type { RealtimeMetrics } from './realtime-metrics.js';
import type { RoomLimits } from './room-limits.js';
import type { RoomObserver } from './room-observer.js';
import type { SceneLink } from './bus/scene-link.js';
import type { JoinQueue } from './fan-out/join-queue.js';
import type { TickPace } from './fan-out/tick-pace.js';

export interface RoomOptions {
  readonly sceneId: string;
  /** The loaded document. The room alone writes to it from now on. */
  readonly doc: Y.Doc;
  /** The same as `doc`, ready to be sent. */
  readonly fullState: FullState;
  /** The position of the log that `doc` stands for. */
  readonly seq: number;
  readonly log: SceneLog;
  /** The rooms of the scene on other servers; it has listened since before the document was loaded. */
  readonly link: SceneLink;
  readonly logger: Logger;
  readonly metrics: RealtimeMetrics;
  readonly limits: RoomLimits;
  /** Both are shared by all rooms of the process. */
  readonly pace: TickPace;
  readonly joins: JoinQueue;
  readonly observer: RoomObserver;
  /** Other servers want the room closed; the registry forgets it. */
  readonly evicted: (code: ErrorCode) => void;
  /** Who may do what may have changed on another server. */
  readonly accessChanged: () => void;
}
