/** How far a pointer may move, in CSS pixels, and still make a click and not a drag of the camera. */
const CLICK_TOLERANCE_PX = 4;

export interface PointerHandlers {
  /** A click that was neither the gizmo's nor a drag. */
  onClick(event: PointerEvent): void;
  onHover(event: PointerEvent): void;
  onLeave(): void;
  /** The press belongs to the gizmo. */
  isTaken(): boolean;
}

/** Tells clicks from drags on the canvas. Returns how to stop listening. */
export function listenToPointer(canvas: HTMLCanvasElement, handlers: PointerHandlers): () => void {
  let pressed: { x: number; y: number; id: number; taken: boolean } | null = null;
  const abort = new AbortController();
  const options = { signal: abort.signal };
  canvas.addEventListener(
    'pointerdown',
    (event) => {
      canvas.focus({ preventScroll: true });
      if (event.button === 0)
        pressed = { x: event.clientX, y: event.clientY, id: event.pointerId, taken: handlers.isTaken() };
    },
    // Before the gizmo and the orbit controls, whose state the press changes.
    { ...options, capture: true },
  );
  canvas.addEventListener(
    'pointerup',
    (event) => {
      const press = pressed;
      if (press === null || press.id !== event.pointerId) return;
      pressed = null;
      const moved = Math.hypot(event.clientX - press.x, event.clientY - press.y);
      if (!press.taken && moved <= CLICK_TOLERANCE_PX) handlers.onClick(event);
    },
    options,
  );
  canvas.addEventListener('pointermove', (event) => handlers.onHover(event), options);
  canvas.addEventListener('pointerleave', () => handlers.onLeave(), options);
  canvas.addEventListener('contextmenu', (event) => event.preventDefault(), options);
  return () => abort.abort();
}
