import { ActionIcon, SegmentedControl, Tooltip } from '@mantine/core';
import { Box, Globe, Magnet, Move3d, Rotate3d, Scale3d } from 'lucide-react';

import { useEditorSettings } from '../hooks/use-scene.js';
import { useCanEdit } from '../hooks/use-session.js';
import { useEditor } from '../state/editor-context.js';

const MODES = [
  { value: 'translate', label: 'Move', key: 'W', Icon: Move3d },
  { value: 'rotate', label: 'Rotate', key: 'E', Icon: Rotate3d },
  { value: 'scale', label: 'Scale', key: 'R', Icon: Scale3d },
] as const;

/** What the gizmo does, along which axes, and in which steps. */
export function TransformTools() {
  const { state } = useEditor();
  const { mode, space, snap } = useEditorSettings();
  const canEdit = useCanEdit();
  return (
    <>
      <SegmentedControl
        size="xs"
        value={mode}
        disabled={!canEdit}
        onChange={(value) => state.set({ mode: value })}
        aria-label="Transform mode"
        data-testid="transform-mode"
        data={MODES.map(({ value, label, key, Icon }) => ({
          value,
          label: (
            <Tooltip label={`${label} (${key})`}>
              <span style={{ display: 'grid', placeItems: 'center', height: 18, width: 22 }}>
                <Icon size={16} strokeWidth={1.7} aria-label={label} />
              </span>
            </Tooltip>
          ),
        }))}
      />
      <Tooltip label={space === 'world' ? 'World axes (Q)' : 'Local axes (Q)'}>
        <ActionIcon
          disabled={!canEdit}
          aria-label="Local axes"
          aria-pressed={space === 'local'}
          variant={space === 'local' ? 'light' : 'subtle'}
          color={space === 'local' ? 'iris' : 'gray'}
          onClick={() => state.set({ space: space === 'world' ? 'local' : 'world' })}
        >
          {space === 'world' ? <Globe size={16} strokeWidth={1.7} /> : <Box size={16} strokeWidth={1.7} />}
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Snap to 0.25 m, 15°, 10 % (X)">
        <ActionIcon
          disabled={!canEdit}
          aria-label="Snap"
          aria-pressed={snap}
          variant={snap ? 'light' : 'subtle'}
          color={snap ? 'iris' : 'gray'}
          onClick={() => state.set({ snap: !snap })}
        >
          <Magnet size={16} strokeWidth={1.7} />
        </ActionIcon>
      </Tooltip>
    </>
  );
}
