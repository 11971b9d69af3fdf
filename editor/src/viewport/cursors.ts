import type { Presence } from '@diorama/shared';
import { type Camera, Vector3 } from 'three';

import { personOf } from '../people/person.js';
import classes from './viewport.module.css';

interface Cursor {
  readonly element: HTMLElement;
  readonly label: HTMLElement;
  readonly at: Vector3;
  readonly target: Vector3;
}

const TIME_CONSTANT = 0.06;
const CLOSE = 0.002;

/** Others' pointers: a dot where they point to in the scene, with their name, in their colour. */
export class Cursors {
  readonly element = document.createElement('div');
  readonly #cursors = new Map<number, Cursor>();

  constructor() {
    this.element.className = classes.cursors ?? '';
    this.element.setAttribute('aria-hidden', 'true');
  }

  update(others: ReadonlyMap<number, Presence>): void {
    for (const [id, { element }] of this.#cursors) {
      if (others.get(id)?.cursor) continue;
      element.remove();
      this.#cursors.delete(id);
    }
    for (const [id, presence] of others) {
      if (!presence.cursor) continue;
      const person = personOf(id, presence);
      let cursor = this.#cursors.get(id);
      if (cursor === undefined) {
        const element = document.createElement('div');
        element.className = classes.cursor ?? '';
        element.dataset.testid = 'cursor';
        const label = document.createElement('span');
        element.append(label);
        this.element.append(element);
        const at = new Vector3(...presence.cursor);
        this.#cursors.set(id, (cursor = { element, label, at, target: at.clone() }));
      }
      cursor.element.style.setProperty('--person', person.color);
      cursor.label.textContent = person.name;
      cursor.target.set(...presence.cursor);
    }
  }

  /** One frame; returns whether something still moves. */
  step(seconds: number): boolean {
    let moving = false;
    for (const { at, target } of this.#cursors.values()) {
      if (at.distanceTo(target) < CLOSE) at.copy(target);
      else {
        at.lerp(target, 1 - Math.exp(-seconds / TIME_CONSTANT));
        moving = true;
      }
    }
    return moving;
  }

  /** Puts the dots where the camera sees them. */
  place(camera: Camera, width: number, height: number): void {
    for (const { element, at } of this.#cursors.values()) {
      const { x, y, z } = at.clone().project(camera);
      const inView = z > -1 && z < 1 && Math.abs(x) <= 1 && Math.abs(y) <= 1;
      element.style.display = inView ? '' : 'none';
      element.style.transform = `translate(${((x + 1) / 2) * width}px, ${((1 - y) / 2) * height}px)`;
    }
  }
}
