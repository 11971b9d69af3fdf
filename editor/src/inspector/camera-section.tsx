import { cameraSchema, type CameraNode } from '@diorama/shared';
import { Button } from '@mantine/core';
import { Eye, Video } from 'lucide-react';
import { MathUtils } from 'three';

import { useSettings } from '../hooks/use-scene.js';
import { useEditor } from '../state/editor-context.js';
import { NumberRow, RangeRow, Section, SelectRow, SwitchRow } from './fields.js';

const TYPES = [
  { value: 'perspective', label: 'Perspective' },
  { value: 'orthographic', label: 'Orthographic' },
] as const;

export function CameraSection({ id, node, disabled }: { id: string; node: CameraNode; disabled: boolean }) {
  const { actions, viewport } = useEditor();
  const { activeCamera } = useSettings();
  const { camera } = node;
  const set = (patch: Record<string, unknown>) => {
    const parsed = cameraSchema.safeParse({ ...camera, ...patch });
    if (parsed.success) actions.patch([id], { camera: parsed.data }, `${id}:${Object.keys(patch).join()}`);
  };
  const metres = (name: 'znear' | 'zfar' | 'xmag' | 'ymag', label: string, value: number) => (
    <NumberRow
      label={label}
      value={value}
      min={0.001}
      unit="m"
      disabled={disabled}
      onCommit={(next) => set({ [name]: next })}
    />
  );
  return (
    <Section title="Camera">
      <SelectRow
        label="Type"
        value={camera.type}
        disabled={disabled}
        options={TYPES}
        onChange={(type) => actions.patch([id], { camera: cameraSchema.parse({ type }) })}
      />
      {camera.type === 'perspective' ? (
        <RangeRow
          label="View °"
          value={Math.round(MathUtils.radToDeg(camera.yfov))}
          min={5}
          max={150}
          disabled={disabled}
          onChange={(degrees) => set({ yfov: MathUtils.degToRad(degrees) })}
        />
      ) : (
        <>
          {metres('xmag', 'Half width', camera.xmag)}
          {metres('ymag', 'Half height', camera.ymag)}
        </>
      )}
      {metres('znear', 'Near', camera.znear)}
      {metres('zfar', 'Far', camera.zfar)}
      <SwitchRow
        label="Scene camera"
        value={activeCamera === id}
        disabled={disabled}
        onChange={(active) =>
          actions.edit((scene) => scene.setSettings({ activeCamera: active ? id : null }))
        }
      />
      <div style={{ display: 'grid', gridTemplateColumns: '1fr 1fr', gap: 6, marginTop: 10 }}>
        <Button
          variant="default"
          leftSection={<Eye size={14} />}
          onClick={() => viewport.camera.lookThrough(id)}
        >
          Look through
        </Button>
        <Button
          variant="default"
          disabled={disabled}
          leftSection={<Video size={14} />}
          onClick={() => {
            const pose = viewport.camera.poseFor(id);
            actions.edit((scene) => scene.setPose(id, pose));
          }}
        >
          Set to view
        </Button>
      </div>
    </Section>
  );
}
