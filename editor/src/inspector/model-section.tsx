import type { Asset, ModelMetadata, ModelNode } from '@diorama/shared';

import { useAsset } from '../hooks/use-asset.js';
import { useMaterials } from '../hooks/use-scene.js';
import { useEditor } from '../state/editor-context.js';
import { Section, SelectRow } from './fields.js';
import { ShadowRows } from './geometry-section.js';
import classes from './inspector.module.css';

const COUNT = new Intl.NumberFormat();
const NONE = '';

/** What a model node shows: its asset's facts, the clip that plays, and materials that replace the file's own. */
export function ModelSection({ id, node, disabled }: { id: string; node: ModelNode; disabled: boolean }) {
  const state = useAsset(node.asset);
  return (
    <Section title="Model">
      {state === null && <p className={classes.label}>No asset is assigned.</p>}
      {state?.status === 'loading' && <p className={classes.label}>Loading…</p>}
      {state?.status === 'failed' && <p className={classes.label}>{state.error.message}</p>}
      {state?.status === 'ready' && <ModelFacts asset={state.asset} />}
      {state?.status === 'ready' && state.asset.metadata.kind === 'model' && (
        <ModelChoices id={id} node={node} disabled={disabled} metadata={state.asset.metadata} />
      )}
      <ShadowRows id={id} node={node} disabled={disabled} />
    </Section>
  );
}

function ModelFacts({ asset }: { asset: Asset }) {
  const { metadata } = asset;
  return (
    <dl className={classes.facts} style={{ marginBottom: 10 }} data-testid="asset-facts">
      <dt>File</dt>
      <dd>{asset.name}</dd>
      <dt>Stored</dt>
      <dd>
        {asset.file_format.toUpperCase()}, {bytes(asset.size_bytes)}
      </dd>
      {metadata.kind === 'model' && (
        <>
          <dt>Triangles</dt>
          <dd>{COUNT.format(metadata.triangles)}</dd>
          <dt>Size</dt>
          <dd>{sizeOf(metadata)}</dd>
        </>
      )}
    </dl>
  );
}

interface ModelChoicesProps {
  readonly id: string;
  readonly node: ModelNode;
  readonly disabled: boolean;
  readonly metadata: ModelMetadata;
}

function ModelChoices({ id, node, disabled, metadata }: ModelChoicesProps) {
  const { actions } = useEditor();
  const materials = useMaterials();
  const names = [...new Set(metadata.materials.map(({ name }) => name))].filter((name) => name !== '');
  return (
    <>
      {metadata.animations.length > 0 && (
        <SelectRow
          label="Clip"
          value={node.clip ?? NONE}
          disabled={disabled}
          options={[
            { value: NONE, label: 'None' },
            ...[...new Set(metadata.animations.map(({ name }) => name))]
              .filter((name) => name !== NONE)
              .map((name) => ({ value: name, label: name })),
          ]}
          onChange={(clip) => actions.patch([id], { clip: clip === NONE ? null : clip })}
        />
      )}
      {materials.size > 0 &&
        names.map((name) => (
          <SelectRow
            key={name}
            label={name}
            value={node.materialOverrides[name] ?? NONE}
            disabled={disabled}
            options={[
              { value: NONE, label: "The file's own" },
              ...[...materials].map(([key, each]) => ({
                value: key,
                label: each.name === '' ? 'Material' : each.name,
              })),
            ]}
            onChange={(key) => {
              const { [name]: _replaced, ...others } = node.materialOverrides;
              actions.patch([id], { materialOverrides: key === NONE ? others : { ...others, [name]: key } });
            }}
          />
        ))}
    </>
  );
}

function bytes(count: number): string {
  if (count < 1024) return `${count} B`;
  if (count < 1024 ** 2) return `${(count / 1024).toFixed(0)} kB`;
  return `${(count / 1024 ** 2).toFixed(1)} MB`;
}

function sizeOf({ bounding_box: box }: ModelMetadata): string {
  if (box === null) return 'nothing to see';
  return `${box.max.map((max, i) => (max - (box.min[i] ?? 0)).toFixed(2)).join(' × ')} m`;
}
