import { ColorInput, Select, Slider, Switch } from '@mantine/core';
import type { Color } from '@diorama/shared';
import { useId, type ReactNode } from 'react';

import { hexOfLinear, linearOfHex } from './color-space.js';
import classes from './inspector.module.css';
import { NumberField, type NumberFieldProps } from './number-field.js';

export function Section({
  title,
  action,
  children,
}: {
  title: string;
  action?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className={classes.section} aria-label={title}>
      <h2 className={classes.heading}>
        {title}
        {action}
      </h2>
      {children}
    </section>
  );
}

export function Row({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className={classes.row}>
      <span className={classes.label} title={label}>
        {label}
      </span>
      {children}
    </div>
  );
}

export function NumberRow(props: NumberFieldProps) {
  return (
    <Row label={props.label}>
      <NumberField {...props} handle={props.handle ?? '↔'} />
    </Row>
  );
}

interface RangeRowProps {
  readonly label: string;
  readonly value: number;
  readonly min?: number;
  readonly max?: number;
  readonly disabled?: boolean;
  onChange(value: number): void;
}

/** A number within bounds, as slider and field. */
export function RangeRow({ label, value, min = 0, max = 1, disabled, onChange }: RangeRowProps) {
  return (
    <Row label={label}>
      <div className={classes.slider}>
        <Slider
          size={3}
          thumbSize={13}
          label={null}
          min={min}
          max={max}
          step={(max - min) / 100}
          value={value}
          disabled={disabled ?? false}
          onChange={onChange}
          thumbProps={{ 'aria-label': label }}
        />
        <NumberField
          label={label}
          value={value}
          min={min}
          max={max}
          step={(max - min) / 20}
          disabled={disabled ?? false}
          onCommit={onChange}
        />
      </div>
    </Row>
  );
}

interface ColorRowProps {
  readonly label: string;
  /** Linear, as the document has it. */
  readonly value: Color;
  readonly disabled?: boolean;
  onChange(value: Color): void;
}

/** A colour, shown and typed as sRGB hex. */
export function ColorRow({ label, value, disabled, onChange }: ColorRowProps) {
  return (
    <Row label={label}>
      <ColorInput
        size="xs"
        aria-label={label}
        format="hex"
        value={hexOfLinear(value)}
        disabled={disabled ?? false}
        popoverProps={{ position: 'left-start', shadow: 'md' }}
        eyeDropperButtonProps={{ 'aria-label': 'Pick a colour from the screen' }}
        onChange={(hex) => {
          const color = linearOfHex(hex);
          if (color !== null && hex !== hexOfLinear(value)) onChange(color);
        }}
      />
    </Row>
  );
}

interface SelectRowProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly disabled?: boolean;
  onChange(value: T): void;
}

export function SelectRow<T extends string>({
  label,
  value,
  options,
  disabled,
  onChange,
}: SelectRowProps<T>) {
  return (
    <Row label={label}>
      <Select
        aria-label={label}
        data={[...options]}
        value={value}
        allowDeselect={false}
        disabled={disabled ?? false}
        comboboxProps={{ shadow: 'md' }}
        onChange={(next) => {
          if (next !== null && next !== value) onChange(next);
        }}
      />
    </Row>
  );
}

interface SwitchRowProps {
  readonly label: string;
  readonly value: boolean;
  readonly disabled?: boolean;
  onChange(value: boolean): void;
}

export function SwitchRow({ label, value, disabled, onChange }: SwitchRowProps) {
  const id = useId();
  return (
    <div className={classes.row}>
      <label className={classes.label} htmlFor={id} title={label}>
        {label}
      </label>
      <Switch
        id={id}
        checked={value}
        disabled={disabled ?? false}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    </div>
  );
}
