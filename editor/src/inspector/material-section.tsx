import type { Material, PrimitiveNode } from '@diorama/shared';
import { ActionIcon, Tooltip } from '@mantine/core';
import { Plus } from 'lucide-react';

import { uniqueName } from '../commands/unique-name.js';
import { useMaterials } from '../hooks/use-scene.js';
import { useEditor } from '../state/editor-context.js';
import { ColorRow, NumberRow, RangeRow, Section, SelectRow, SwitchRow } from './fields.js';

const NONE = '';

/** The material of a shape: choose one of the scene's, make a new one, and edit it. Others that share it change with it. */
export function MaterialSection({
  id,
  node,
  disabled,
}: {
  id: string;
  node: PrimitiveNode;
  disabled: boolean;
}) {
  const { actions } = useEditor();
  const materials = useMaterials();
  const material = node.material === null ? undefined : materials.get(node.material);
  const create = () =>
    actions.edit((scene) => {
      const name = uniqueName(
        'Material',
        [...materials.values()].map((each) => each.name),
      );
      scene.setNode(id, { material: scene.addMaterial({ ...material, name }) });
    });
  return (
    <Section
      title="Material"
      action={
        <Tooltip label={material === undefined ? 'New material' : 'New material, as a copy of this one'}>
          <ActionIcon
            size={22}
            disabled={disabled}
            onClick={create}
            aria-label="New material"
            data-testid="new-material"
          >
            <Plus size={14} />
          </ActionIcon>
        </Tooltip>
      }
    >
      <SelectRow
        label="Uses"
        value={material === undefined ? NONE : (node.material ?? NONE)}
        disabled={disabled}
        options={[
          { value: NONE, label: 'Default' },
          ...[...materials].map(([key, each]) => ({
            value: key,
            label: each.name === '' ? 'Material' : each.name,
          })),
        ]}
        onChange={(next) => actions.patch([id], { material: next === NONE ? null : next })}
      />
      {material !== undefined && node.material !== null && (
        <MaterialFields id={node.material} material={material} disabled={disabled} />
      )}
    </Section>
  );
}

interface MaterialFieldsProps {
  readonly id: string;
  readonly material: Material;
  readonly disabled: boolean;
}

export function MaterialFields({ id, material, disabled }: MaterialFieldsProps) {
  const { actions } = useEditor();
  const set = (patch: Partial<Material>) =>
    actions.edit((scene) => scene.setMaterial(id, patch), `${id}:${Object.keys(patch).join()}`);
  return (
    <>
      <ColorRow
        label="Base colour"
        value={material.baseColor}
        disabled={disabled}
        onChange={(baseColor) => set({ baseColor })}
      />
      <RangeRow
        label="Metallic"
        value={material.metallic}
        disabled={disabled}
        onChange={(metallic) => set({ metallic })}
      />
      <RangeRow
        label="Roughness"
        value={material.roughness}
        disabled={disabled}
        onChange={(roughness) => set({ roughness })}
      />
      <RangeRow
        label="Opacity"
        value={material.opacity}
        disabled={disabled}
        // glTF ignores opacity unless the material blends; nobody who moves this slider means that.
        onChange={(opacity) =>
          set({
            opacity,
            ...(opacity < 1 && material.alphaMode === 'OPAQUE' ? { alphaMode: 'BLEND' as const } : {}),
          })
        }
      />
      <RangeRow
        label="Clearcoat"
        value={material.clearcoat}
        disabled={disabled}
        onChange={(clearcoat) => set({ clearcoat })}
      />
      <RangeRow
        label="Transmission"
        value={material.transmission}
        disabled={disabled}
        onChange={(transmission) => set({ transmission })}
      />
      <ColorRow
        label="Emissive"
        value={material.emissive}
        disabled={disabled}
        onChange={(emissive) => set({ emissive })}
      />
      <NumberRow
        label="Strength"
        value={material.emissiveStrength}
        min={0}
        disabled={disabled}
        onCommit={(emissiveStrength) => set({ emissiveStrength })}
      />
      <SwitchRow
        label="Double-sided"
        value={material.doubleSided}
        disabled={disabled}
        onChange={(doubleSided) => set({ doubleSided })}
      />
    </>
  );
}
