import { Menu } from '@mantine/core';
import { Copy, FolderPlus, Pencil, Scan, Trash2 } from 'lucide-react';

import { useCanEdit } from '../hooks/use-session.js';
import { useEditor } from '../state/editor-context.js';

export interface NodeMenuPlace {
  readonly id: string;
  readonly x: number;
  readonly y: number;
}

interface NodeMenuProps {
  readonly place: NodeMenuPlace | null;
  onClose(): void;
  onRename(id: string): void;
}

/** The context menu of the outliner; it acts on the whole selection. */
export function NodeMenu({ place, onClose, onRename }: NodeMenuProps) {
  const { actions, viewport, state } = useEditor();
  const canEdit = useCanEdit();
  if (place === null) return null;
  const icon = { size: 14, strokeWidth: 1.7 };
  return (
    <Menu opened onClose={onClose} position="bottom-start" width={196} returnFocus>
      <Menu.Target>
        <span style={{ position: 'fixed', left: place.x, top: place.y, width: 1, height: 1 }} />
      </Menu.Target>
      <Menu.Dropdown aria-label="Node actions">
        <Menu.Item
          leftSection={<Scan {...icon} />}
          rightSection={<Key>F</Key>}
          onClick={() => viewport.camera.frame(state.value.selection)}
        >
          Frame in view
        </Menu.Item>
        <Menu.Item
          leftSection={<Pencil {...icon} />}
          rightSection={<Key>F2</Key>}
          disabled={!canEdit}
          onClick={() => onRename(place.id)}
        >
          Rename
        </Menu.Item>
        <Menu.Item
          leftSection={<Copy {...icon} />}
          rightSection={<Key>Ctrl D</Key>}
          disabled={!canEdit}
          onClick={() => actions.duplicate()}
        >
          Duplicate
        </Menu.Item>
        <Menu.Item
          leftSection={<FolderPlus {...icon} />}
          rightSection={<Key>Ctrl G</Key>}
          disabled={!canEdit}
          onClick={() => actions.group()}
        >
          Group
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item
          color="red"
          leftSection={<Trash2 {...icon} />}
          rightSection={<Key>Del</Key>}
          disabled={!canEdit}
          onClick={() => actions.remove()}
        >
          Delete
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function Key({ children }: { children: string }) {
  return <span style={{ color: 'var(--text-faint)', fontSize: 11 }}>{children}</span>;
}
