import type { SceneSession } from '@diorama/client-sdk';
import { GUEST_SUBJECT_PREFIX, signatureOf } from '@diorama/shared';

import { Listeners } from '../state/listeners.js';
import { freeColor } from './free-color.js';
import { colorOfName, personOf, type Person } from './person.js';

/** What others see of a person, as presence carries it. */
export type Look = Pick<Person, 'name' | 'color'>;

/** Who has just come gives way at once; who was there before only to one that does not, such as a program with a fixed colour. */
const NEW_FOR_MS = 3_000;
const STAY_MS = 1_500;
/** Of two that came together, one waits until the other has moved. */
const TURN_MS = 500;

/** What one's comments are signed with: the principal's name. Guests of a link share theirs: they go by what they gave, and are marked. */
export function ownSignature({ welcome, presence }: Pick<SceneSession, 'welcome' | 'presence'>): string {
  const signer = { subject: welcome?.principal ?? '', name: welcome?.name ?? '' };
  return signatureOf(signer, presence.self.user?.name);
}

/** How somebody appears before the server has said whom it takes them for. */
export function firstLook(name: string, tokenName: string, isGuest: boolean): Look {
  const signer = { subject: isGuest ? GUEST_SUBJECT_PREFIX : '', name: tokenName };
  return { name, color: colorOfName(signatureOf(signer, name)) };
}

/** How this person appears to the others: a name, and the colour of their comments, unless somebody else present has it. */
export class OwnLook {
  readonly #session: SceneSession;
  readonly #listeners = new Listeners();
  readonly #stops: (() => void)[];
  #look: Look;
  #joinedAt: number | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(session: SceneSession, look: Look) {
    this.#session = session;
    this.#look = look;
    this.#stops = [
      session.on('welcome', () => this.#set({ ...this.#look, color: this.#wanted() })),
      session.on('synced', () => (this.#joinedAt ??= Date.now())),
      session.on('presence', () => this.#giveWay()),
    ];
  }

  readonly get = (): Look => this.#look;

  readonly subscribe = (callback: () => void): (() => void) => this.#listeners.add(callback);

  rename(name: string): void {
    this.#set({ ...this.#look, name });
    // A guest's comments are signed with the new name from now on.
    this.#set({ name, color: this.#wanted() });
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const stop of this.#stops) stop();
  }

  #others(): Person[] {
    return [...this.#session.presence.others].map(([id, presence]) => personOf(id, presence));
  }

  #wanted(): string {
    return freeColor(colorOfName(ownSignature(this.#session)), this.#look.name, this.#others());
  }

  #giveWay(): void {
    clearTimeout(this.#timer);
    const { name, color } = this.#look;
    const rival = this.#others().find((other) => other.color === color && other.name !== name);
    if (rival === undefined) return;
    const isNew = this.#joinedAt === null || Date.now() - this.#joinedAt < NEW_FOR_MS;
    const isFirst = this.#session.presence.clientId < rival.id;
    const wait = (isNew ? 0 : STAY_MS) + (isFirst ? TURN_MS : 0);
    this.#timer = setTimeout(() => this.#set({ name, color: this.#wanted() }), wait);
  }

  #set(look: Look): void {
    if (look.name === this.#look.name && look.color === this.#look.color) return;
    this.#look = Object.freeze(look);
    this.#session.presence.set({ user: this.#look });
    this.#listeners.call();
  }
}
