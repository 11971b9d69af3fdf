import { geometrySchema, GEOMETRY_TYPES, type GeometryType, type PrimitiveNode } from '@diorama/shared';

import { useEditor } from '../state/editor-context.js';
import { NumberRow, Section, SelectRow, SwitchRow } from './fields.js';

const TYPE_LABEL: Record<GeometryType, string> = {
  box: 'Box',
  sphere: 'Sphere',
  plane: 'Plane',
  circle: 'Disc',
  cylinder: 'Cylinder',
  cone: 'Cone',
  capsule: 'Capsule',
  torus: 'Torus',
  torusKnot: 'Torus knot',
  icosahedron: 'Icosahedron',
};

/** Parameters that count something are whole numbers. */
const COUNTS = new Set([
  'segments',
  'widthSegments',
  'heightSegments',
  'radialSegments',
  'tubularSegments',
  'capSegments',
  'p',
  'q',
  'detail',
]);

const labelOfParameter = (name: string): string => {
  const words = name.replace(/([A-Z])/g, ' $1').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
};

export function GeometrySection({
  id,
  node,
  disabled,
}: {
  id: string;
  node: PrimitiveNode;
  disabled: boolean;
}) {
  const { actions } = useEditor();
  const { type, ...parameters } = node.geometry;
  const set = (geometry: object, merge?: string) => {
    const parsed = geometrySchema.safeParse(geometry);
    // Out of the schema's bounds, such as a detail of 9: the field goes back to what holds.
    if (parsed.success) actions.patch([id], { geometry: parsed.data }, merge);
  };
  return (
    <Section title="Shape">
      <SelectRow
        label="Type"
        value={type}
        disabled={disabled}
        options={GEOMETRY_TYPES.map((each) => ({ value: each, label: TYPE_LABEL[each] }))}
        onChange={(next) => set({ type: next })}
      />
      {Object.entries(parameters as Record<string, number>).map(([name, value]) => {
        const counts = COUNTS.has(name);
        return (
          <NumberRow
            key={name}
            label={labelOfParameter(name)}
            value={value}
            min={0}
            step={counts ? 1 : 0.1}
            unit={counts ? undefined : 'm'}
            disabled={disabled}
            onCommit={(next) =>
              set({ ...node.geometry, [name]: counts ? Math.round(next) : next }, `${id}:${name}`)
            }
          />
        );
      })}
      <ShadowRows id={id} node={node} disabled={disabled} />
    </Section>
  );
}

interface ShadowRowsProps {
  readonly id: string;
  readonly node: { readonly castShadow: boolean; readonly receiveShadow: boolean };
  readonly disabled: boolean;
}

export function ShadowRows({ id, node, disabled }: ShadowRowsProps) {
  const { actions } = useEditor();
  return (
    <>
      <SwitchRow
        label="Cast shadow"
        value={node.castShadow}
        disabled={disabled}
        onChange={(castShadow) => actions.patch([id], { castShadow })}
      />
      <SwitchRow
        label="Receive shadow"
        value={node.receiveShadow}
        disabled={disabled}
        onChange={(receiveShadow) => actions.patch([id], { receiveShadow })}
      />
    </>
  );
}
