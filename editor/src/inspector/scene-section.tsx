import { TONE_MAPPINGS, type SceneSettings, type ToneMapping } from '@diorama/shared';

import { useOutlineVersion, useSettings } from '../hooks/use-scene.js';
import { useCanEdit } from '../hooks/use-session.js';
import { labelOf } from '../outliner/rows.js';
import { useEditor } from '../state/editor-context.js';
import { ColorRow, NumberRow, RangeRow, Section, SelectRow } from './fields.js';
import classes from './inspector.module.css';

const TONE_LABEL: Record<ToneMapping, string> = {
  none: 'None',
  linear: 'Linear',
  reinhard: 'Reinhard',
  cineon: 'Cineon',
  aces: 'ACES filmic',
  agx: 'AgX',
  neutral: 'Neutral (Khronos)',
};

const AUTO = '';

/** The settings of the scene, shown while nothing is selected. */
export function SceneSection() {
  const { store, actions } = useEditor();
  const settings = useSettings();
  const disabled = !useCanEdit();
  useOutlineVersion();
  const set = (patch: Partial<SceneSettings>) =>
    actions.edit((scene) => scene.setSettings(patch), `scene:${Object.keys(patch).join()}`);
  const cameras = [...store.nodes].filter(([, node]) => node.kind === 'camera');
  const { background, environment } = settings;
  return (
    <>
      <Section title="Background">
        <SelectRow
          label="Shows"
          value={background.type}
          disabled={disabled}
          options={[
            { value: 'color', label: 'Colour' },
            { value: 'environment', label: 'Environment' },
            { value: 'none', label: 'Nothing' },
          ]}
          onChange={(type) => set({ background: { type } as SceneSettings['background'] })}
        />
        {background.type === 'color' && (
          <ColorRow
            label="Colour"
            value={background.color}
            disabled={disabled}
            onChange={(color) => set({ background: { type: 'color', color } })}
          />
        )}
        {background.type === 'environment' && (
          <RangeRow
            label="Blur"
            value={background.blur}
            disabled={disabled}
            onChange={(blur) => set({ background: { type: 'environment', blur } })}
          />
        )}
      </Section>
      <Section title="Environment light">
        <SelectRow
          label="Source"
          value={environment.type}
          disabled={disabled}
          options={[
            { value: 'studio', label: 'Studio' },
            { value: 'none', label: 'None' },
            ...(environment.type === 'asset' ? [{ value: 'asset' as const, label: 'Image' }] : []),
          ]}
          onChange={(type) => set({ environment: { type } as SceneSettings['environment'] })}
        />
        {environment.type !== 'none' && (
          <NumberRow
            label="Intensity"
            value={environment.intensity}
            min={0}
            disabled={disabled}
            onCommit={(intensity) => set({ environment: { ...environment, intensity } })}
          />
        )}
      </Section>
      <Section title="Picture">
        <SelectRow
          label="Tone mapping"
          value={settings.toneMapping}
          disabled={disabled}
          options={TONE_MAPPINGS.map((value) => ({ value, label: TONE_LABEL[value] }))}
          onChange={(toneMapping) => set({ toneMapping })}
        />
        <NumberRow
          label="Exposure"
          value={settings.exposure}
          min={0}
          max={100}
          disabled={disabled}
          onCommit={(exposure) => set({ exposure })}
        />
        <SelectRow
          label="Camera"
          value={settings.activeCamera ?? AUTO}
          disabled={disabled}
          options={[
            { value: AUTO, label: 'None' },
            ...cameras.map(([id, node]) => ({ value: id, label: labelOf(node) })),
          ]}
          onChange={(id) => set({ activeCamera: id === AUTO ? null : id })}
        />
      </Section>
      <Section title="Scene">
        <dl className={classes.facts}>
          <dt>Nodes</dt>
          <dd>{store.nodes.size}</dd>
          <dt>Units</dt>
          <dd>Metres, Y up</dd>
        </dl>
      </Section>
    </>
  );
}
