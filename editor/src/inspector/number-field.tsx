import { type PointerEvent, useRef, useState } from 'react';

import classes from './inspector.module.css';

export interface NumberFieldProps {
  readonly value: number;
  readonly label: string;
  /** Shown in the field; dragging it changes the value. */
  readonly handle?: string | undefined;
  readonly unit?: string | undefined;
  readonly min?: number;
  readonly max?: number;
  /** What an arrow key changes; a drag of one pixel changes a tenth of it. */
  readonly step?: number;
  readonly disabled?: boolean;
  readonly testId?: string;
  /** A final value: typed, or stepped by a key. */
  onCommit(value: number): void;
  /** A value in the middle of a drag. Without it the drag commits each value. */
  onScrub?(value: number): void;
  /** The drag has ended; false when it was given up. */
  onScrubEnd?(keep: boolean): void;
}

/** Of a value as it is written. */
const DIGITS = 3;
const PIXELS_PER_STEP = 10;

/** Four significant digits or so, as the field is small; without trailing zeros and the noise of computed angles. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  return String(Number(value.toFixed(size < 10 ? DIGITS : size < 100 ? 2 : 1)) + 0);
}

/** A number that is typed, stepped with the arrow keys (Shift: ten times, Alt: a tenth), or dragged by its handle. */
export function NumberField(props: NumberFieldProps) {
  const { value, label, handle, unit, min = -Infinity, max = Infinity, step = 0.1, disabled = false } = props;
  const [draft, setDraft] = useState<string | null>(null);
  const drag = useRef<{ x: number; value: number; moved: boolean } | null>(null);
  const clamp = (wanted: number) => Math.min(max, Math.max(min, wanted));

  const commitDraft = () => {
    if (draft !== null) {
      const typed = Number(draft.trim().replace(',', '.'));
      // What is no number is forgotten: the field shows the value that holds.
      if (draft.trim() !== '' && Number.isFinite(typed) && formatNumber(value) !== draft.trim())
        props.onCommit(clamp(typed));
    }
    setDraft(null);
  };

  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    if (disabled || event.button !== 0) return;
    event.preventDefault();
    event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = { x: event.clientX, value, moved: false };
  };
  const onPointerMove = (event: PointerEvent<HTMLElement>) => {
    const at = drag.current;
    if (at === null) return;
    const factor = event.shiftKey ? 10 : event.altKey ? 0.1 : 1;
    at.value = clamp(at.value + ((event.clientX - at.x) / PIXELS_PER_STEP) * step * factor);
    at.moved ||= event.clientX !== at.x;
    at.x = event.clientX;
    (props.onScrub ?? props.onCommit)(Number(at.value.toFixed(DIGITS + 1)));
  };
  const endDrag = (keep: boolean) => {
    if (drag.current?.moved) props.onScrubEnd?.(keep);
    drag.current = null;
  };

  return (
    <div className={classes.field} data-disabled={disabled || undefined}>
      {handle !== undefined && (
        <span
          className={classes.scrub}
          data-axis={handle}
          aria-hidden
          onPointerDown={onPointerDown}
          onPointerMove={onPointerMove}
          onPointerUp={() => endDrag(true)}
          onPointerCancel={() => endDrag(false)}
        >
          {handle}
        </span>
      )}
      <input
        className={classes.number}
        role="spinbutton"
        aria-label={label}
        aria-valuenow={value}
        aria-valuemin={Number.isFinite(min) ? min : undefined}
        aria-valuemax={Number.isFinite(max) ? max : undefined}
        inputMode="decimal"
        autoComplete="off"
        spellCheck={false}
        disabled={disabled}
        data-testid={props.testId}
        value={draft ?? formatNumber(value)}
        onFocus={(event) => event.currentTarget.select()}
        onChange={(event) => setDraft(event.currentTarget.value)}
        onBlur={commitDraft}
        onKeyDown={(event) => {
          if (event.key === 'Enter') {
            commitDraft();
            event.currentTarget.select();
          } else if (event.key === 'Escape') {
            setDraft(null);
            const field = event.currentTarget;
            queueMicrotask(() => field.blur());
          } else if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
            event.preventDefault();
            const factor = event.shiftKey ? 10 : event.altKey ? 0.1 : 1;
            const from = draft === null ? value : Number(draft.replace(',', '.'));
            const change = (event.key === 'ArrowUp' ? step : -step) * factor;
            setDraft(null);
            if (Number.isFinite(from)) props.onCommit(clamp(Number((from + change).toFixed(DIGITS + 3))));
          }
        }}
      />
      {unit !== undefined && <span className={classes.unit}>{unit}</span>}
    </div>
  );
}
