import { DioramaError, type ErrorCode } from '@diorama/shared';
import type * as Y from 'yjs';
import type { Principal } from '../access/principal.js';
import type { SceneLog } from '../log/scene-log.js';
import type { Logger } from '../observability/logger.js';
import { Announcements } from './bus/announcements.js';
import type { Bus } from './bus/bus.js';
import { NO_BUS_METRICS, type BusMetrics } from './bus/bus-metrics.js';
import { LogWatch, type LogWatchOptions, type WatchedRoom } from './bus/log-watch.js';
import type { FullState } from './document/full-state.js';
import { inTime } from './drain.js';
import { NO_REALTIME_METRICS, type RealtimeMetrics } from './realtime-metrics.js';
import type { Room } from './room.js';
import { DEFAULT_ROOM_LIMITS, type RoomLimits } from './room-limits.js';
import { NO_ROOM_OBSERVER, type RoomObserver } from './room-observer.js';
import { RoomOpener, type OpeningRoom } from './room-opener.js';
import type { AtSeq, EditOptions, SceneRooms } from './scene-rooms.js';

export interface RoomRegistryOptions {
  readonly log: SceneLog;
  /** Where other servers hear of what happens here. */
  readonly bus: Bus;
  readonly logger: Logger;
  readonly metrics?: RealtimeMetrics;
  readonly busMetrics?: BusMetrics;
  /** Who may do what on the scene may have changed on another server. */
  readonly accessChanged: (sceneId: string) => void;
  /** How often the logs of open scenes are looked at, with the bus and without. */
  readonly watch?: Pick<LogWatchOptions, 'lostMs' | 'connectedMs'>;
  readonly limits?: Partial<RoomLimits>;
  readonly observer?: RoomObserver;
  /** How long a room that nobody uses stays in memory, for those who come back at once. Default 5,000 ms. */
  readonly unloadDelayMs?: number;
}

/** A room, and how many use it. It ends when nobody does and everything is stored. */
interface Slot extends OpeningRoom {
  /** Once it is open. */
  room: Room | undefined;
  users: number;
  unloading: NodeJS.Timeout | undefined;
}

/** The rooms of this process: opened by the first who needs one, once for all who come meanwhile. */
export class RoomRegistry implements SceneRooms {
  readonly #log: SceneLog;
  readonly #announcements: Announcements;
  readonly #watch: LogWatch;
  readonly #logger: Logger;
  readonly #metrics: RealtimeMetrics;
  readonly #opener: RoomOpener;
  readonly #observer: RoomObserver;
  readonly #accessChanged: (sceneId: string) => void;
  readonly #unloadDelayMs: number;
  readonly #slots = new Map<string, Slot>();
  #draining = false;

  constructor(options: RoomRegistryOptions) {
    this.#log = options.log;
    this.#logger = options.logger;
    this.#metrics = options.metrics ?? NO_REALTIME_METRICS;
    this.#unloadDelayMs = options.unloadDelayMs ?? 5_000;
    this.#announcements = new Announcements(options.bus);
    this.#accessChanged = options.accessChanged;
    this.#observer = options.observer ?? NO_ROOM_OBSERVER;
    this.#opener = new RoomOpener({
      log: this.#log,
      bus: options.bus,
      logger: this.#logger,
      metrics: this.#metrics,
      busMetrics: options.busMetrics ?? NO_BUS_METRICS,
      limits: { ...DEFAULT_ROOM_LIMITS, ...options.limits },
      observer: this.#observer,
      evicted: (sceneId, code) => void this.#evict(sceneId, code),
      accessChanged: (sceneId) => this.#accessChanged(sceneId),
    });
    this.#watch = new LogWatch({ ...options, ...options.watch, rooms: () => this.#watchedRooms() });
  }

  /** Rooms that are open or being opened. */
  get size(): number {
    return this.#slots.size;
  }

  /**
   * The room, kept open until `release` is called. Throws `scene_not_found`, `scene_load_failed`, `draining`.
   *
   * Where it has to be opened first, `onStored` is called with what is stored, if that is whole, before it is decoded.
   */
  async acquire(
    sceneId: string,
    onStored?: (stored: FullState) => void,
  ): Promise<{ room: Room; release: () => void }> {
    for (;;) {
      if (this.#draining) throw new DioramaError('draining');
      const slot = this.#slots.get(sceneId) ?? this.#open(sceneId);
      slot.users++;
      clearTimeout(slot.unloading);
      let released = false;
      const release = (): void => {
        if (released) return;
        released = true;
        slot.users--;
        this.#unloadLater(sceneId, slot);
      };
      try {
        if (onStored !== undefined && slot.room === undefined) {
          const stored = await slot.stored;
          if (stored !== undefined) onStored(stored);
        }
        const room = await slot.opened;
        if (!room.isClosed) return { room, release };
      } catch (error) {
        release();
        throw error;
      }
      this.#remove(sceneId, slot);
    }
  }

  read<T>(sceneId: string, look: (doc: Y.Doc) => T): Promise<AtSeq<T>> {
    return this.#with(sceneId, (room) => room.access.read(look));
  }

  edit<T>(
    sceneId: string,
    principal: Principal,
    change: (doc: Y.Doc) => T,
    options?: EditOptions,
  ): Promise<AtSeq<T>> {
    return this.#with(sceneId, (room) => room.access.edit(principal, change, options));
  }

  async evict(sceneId: string, code: ErrorCode): Promise<void> {
    this.#announcements.evict(sceneId, code);
    await this.#evict(sceneId, code);
  }

  /** Who may do what on the scene has changed here: other servers follow. */
  announceAccessChange(sceneId: string): void {
    this.#announcements.accessChanged(sceneId);
  }

  async #evict(sceneId: string, code: ErrorCode): Promise<void> {
    const slot = this.#slots.get(sceneId);
    if (slot === undefined) return;
    this.#remove(sceneId, slot);
    const [opened] = await Promise.allSettled([slot.opened]);
    if (opened.status === 'fulfilled') opened.value.close(code);
  }

  /**
   * Takes nobody in any more and stores everything, in `milliseconds` at the most.
   *
   * Resolves to the scenes of which something could not be stored. Their clients have not been told that it is saved.
   */
  async drain(milliseconds: number): Promise<string[]> {
    this.#draining = true;
    const until = performance.now() + milliseconds;
    const opened = [...this.#slots.values()].map((slot) => slot.opened);
    // One that does not open in time holds nothing that could be lost.
    await inTime(Promise.allSettled(opened), milliseconds);
    let rooms = this.#rooms;
    for (let left = milliseconds; left > 0; left = until - performance.now()) {
      // Clients, and requests that were under way, may write meanwhile.
      for (const room of rooms) room.flush();
      if (!(await inTime(this.#log.flush(), left))) break;
      rooms = rooms.filter((room) => !room.isClosed && !room.isStored);
      if (rooms.length === 0) break;
    }
    for (const room of rooms)
      this.#logger.error({ scene: room.sceneId }, 'stopping with edits that could not be stored');
    for (const room of this.#rooms) room.flush();
    return rooms.map((room) => room.sceneId);
  }

  /** Ends all rooms. */
  close(): void {
    this.#draining = true;
    this.#watch.close();
    this.#announcements.close();
    for (const room of this.#rooms) room.close('draining');
    this.#slots.clear();
  }

  get #rooms(): Room[] {
    return [...this.#slots.values()].flatMap(({ room }) =>
      room === undefined || room.isClosed ? [] : [room],
    );
  }

  #watchedRooms(): WatchedRoom[] {
    return this.#rooms.map((room) => ({
      sceneId: room.sceneId,
      headIs: (seq) => room.headIs(seq),
      accessChanged: () => this.#accessChanged(room.sceneId),
      evict: () => void this.#evict(room.sceneId, 'scene_not_found'),
    }));
  }

  async #with<T>(sceneId: string, use: (room: Room) => Promise<T>): Promise<T> {
    const { room, release } = await this.acquire(sceneId);
    try {
      return await use(room);
    } finally {
      release();
    }
  }

  #open(sceneId: string): Slot {
    const slot: Slot = { ...this.#opener.open(sceneId), room: undefined, users: 0, unloading: undefined };
    this.#slots.set(sceneId, slot);
    slot.opened.then(
      (room) => {
        slot.room = room;
        this.#metrics.roomOpened();
      },
      // The next who asks tries again; an empty document in its place would look like a scene that lost everything.
      () => this.#slots.get(sceneId) === slot && this.#slots.delete(sceneId),
    );
    return slot;
  }

  #unloadLater(sceneId: string, slot: Slot): void {
    if (slot.users > 0 || this.#slots.get(sceneId) !== slot) return;
    clearTimeout(slot.unloading);
    slot.unloading = setTimeout(() => void this.#unload(sceneId, slot), this.#unloadDelayMs);
    slot.unloading.unref();
  }

  async #unload(sceneId: string, slot: Slot): Promise<void> {
    const [opened] = await Promise.allSettled([slot.opened]);
    if (opened.status === 'rejected') return;
    const room = opened.value;
    while (slot.users === 0 && !room.isClosed && !room.isStored) await Promise.allSettled([room.stored()]);
    if (slot.users > 0 || this.#slots.get(sceneId) !== slot) return;
    this.#remove(sceneId, slot);
    if (!room.isClosed) this.#observer.unloaded(sceneId);
    room.close('draining');
  }

  #remove(sceneId: string, slot: Slot): void {
    if (this.#slots.get(sceneId) !== slot) return;
    clearTimeout(slot.unloading);
    this.#slots.delete(sceneId);
    this.#log.forget(sceneId);
    slot.opened.then(
      () => this.#metrics.roomClosed(),
      () => undefined,
    );
  }
}
