import { sceneNodeSchema } from '@diorama/shared';
import { Button, FileButton, Menu } from '@mantine/core';
import { ChevronDown, Plus, Upload } from 'lucide-react';
import { useRef } from 'react';

import { ADDABLE, type Addable } from '../commands/addable.js';
import { useCanEdit } from '../hooks/use-session.js';
import { NodeIcon } from '../outliner/node-icon.js';
import { useEditor } from '../state/editor-context.js';
import { UPLOAD_ACCEPT, type Upload as UploadFiles } from '../upload/use-upload.js';
import classes from './shell.module.css';

/** Everything that can be put into a scene. */
export function AddMenu({ upload }: { upload: UploadFiles }) {
  const { actions } = useEditor();
  const canEdit = useCanEdit();
  const resetFiles = useRef<() => void>(null);
  return (
    <FileButton
      multiple
      accept={UPLOAD_ACCEPT}
      resetRef={resetFiles}
      onChange={(files) => {
        if (files.length > 0) upload(files, null);
        // The same file may be chosen again.
        resetFiles.current?.();
      }}
    >
      {({ onClick: chooseFiles }) => (
        <Menu position="bottom-start" width={208}>
          <Menu.Target>
            <Button
              variant="default"
              disabled={!canEdit}
              leftSection={<Plus size={14} />}
              rightSection={<ChevronDown size={12} />}
              px={9}
              className={classes.add}
              aria-label="Add"
              data-testid="add-menu"
            >
              Add
            </Button>
          </Menu.Target>
          <Menu.Dropdown style={{ maxHeight: 'calc(100vh - 70px)', overflowY: 'auto' }}>
            <Menu.Item leftSection={<Upload size={14} />} onClick={chooseFiles} data-testid="add-file">
              Model or image…
            </Menu.Item>
            {ADDABLE.map((group) => (
              <div key={group.label}>
                <Menu.Divider />
                <Menu.Label>{group.label}</Menu.Label>
                {group.items.map((item) => (
                  <Menu.Item
                    key={item.id}
                    leftSection={<AddableIcon item={item} />}
                    onClick={() => actions.add(item)}
                    data-testid={`add-${item.id}`}
                  >
                    {item.label}
                  </Menu.Item>
                ))}
              </div>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
    </FileButton>
  );
}

function AddableIcon({ item }: { item: Addable }) {
  return <NodeIcon node={sceneNodeSchema.parse(item.node)} size={14} />;
}
