import { lightSchema, LIGHT_TYPES, type Light, type LightNode, type LightType } from '@diorama/shared';
import { MathUtils } from 'three';

import { useEditor } from '../state/editor-context.js';
import { ColorRow, NumberRow, RangeRow, Section, SelectRow, SwitchRow } from './fields.js';

const TYPE_LABEL: Record<LightType, string> = {
  ambient: 'Ambient',
  hemisphere: 'Sky',
  directional: 'Sun',
  point: 'Point',
  spot: 'Spot',
  rectArea: 'Area',
};

const INTENSITY_UNIT: Record<LightType, string | undefined> = {
  ambient: undefined,
  hemisphere: undefined,
  directional: 'lx',
  point: 'cd',
  spot: 'cd',
  rectArea: 'nt',
};

export function LightSection({ id, node, disabled }: { id: string; node: LightNode; disabled: boolean }) {
  const { actions } = useEditor();
  const { light } = node;
  const set = (patch: Record<string, unknown>) => {
    const parsed = lightSchema.safeParse({ ...light, ...patch });
    if (parsed.success) actions.patch([id], { light: parsed.data }, `${id}:${Object.keys(patch).join()}`);
  };
  const length = (name: 'range' | 'width' | 'height', label: string, value: number) => (
    <NumberRow
      label={label}
      value={value}
      min={0}
      unit="m"
      disabled={disabled}
      onCommit={(next) => set({ [name]: next })}
    />
  );
  return (
    <Section title="Light">
      <SelectRow
        label="Type"
        value={light.type}
        disabled={disabled}
        options={LIGHT_TYPES.map((each) => ({ value: each, label: TYPE_LABEL[each] }))}
        onChange={(type) => actions.patch([id], { light: lightSchema.parse({ type, color: light.color }) })}
      />
      <ColorRow label="Colour" value={light.color} disabled={disabled} onChange={(color) => set({ color })} />
      {light.type === 'hemisphere' && (
        <ColorRow
          label="Ground"
          value={light.groundColor}
          disabled={disabled}
          onChange={(groundColor) => set({ groundColor })}
        />
      )}
      <NumberRow
        label="Intensity"
        value={light.intensity}
        min={0}
        step={0.5}
        unit={INTENSITY_UNIT[light.type]}
        disabled={disabled}
        onCommit={(intensity) => set({ intensity })}
      />
      {(light.type === 'point' || light.type === 'spot') && length('range', 'Range', light.range)}
      {light.type === 'spot' && <ConeRows light={light} disabled={disabled} set={set} />}
      {light.type === 'rectArea' && length('width', 'Width', light.width)}
      {light.type === 'rectArea' && length('height', 'Height', light.height)}
      {(light.type === 'directional' || light.type === 'point' || light.type === 'spot') && (
        <SwitchRow
          label="Cast shadow"
          value={light.castShadow}
          disabled={disabled}
          onChange={(castShadow) => set({ castShadow })}
        />
      )}
    </Section>
  );
}

interface ConeRowsProps {
  readonly light: Extract<Light, { type: 'spot' }>;
  readonly disabled: boolean;
  set(patch: Record<string, unknown>): void;
}

function ConeRows({ light, disabled, set }: ConeRowsProps) {
  return (
    <>
      <RangeRow
        label="Cone °"
        value={Math.round(MathUtils.radToDeg(light.outerConeAngle))}
        min={1}
        max={90}
        disabled={disabled}
        onChange={(degrees) => {
          const outerConeAngle = Math.min(Math.PI / 2, MathUtils.degToRad(degrees));
          set({ outerConeAngle, innerConeAngle: Math.min(light.innerConeAngle, outerConeAngle) });
        }}
      />
      <RangeRow
        label="Soft edge"
        value={1 - light.innerConeAngle / Math.max(1e-6, light.outerConeAngle)}
        disabled={disabled}
        onChange={(softness) => set({ innerConeAngle: light.outerConeAngle * (1 - softness) })}
      />
    </>
  );
}
