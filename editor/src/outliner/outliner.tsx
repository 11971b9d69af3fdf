import { CloseButton, TextInput } from '@mantine/core';
import { Search } from 'lucide-react';
import { type KeyboardEvent, type MouseEvent, useCallback, useId, useMemo, useRef, useState } from 'react';

import { useOthersSelections } from '../hooks/use-others.js';
import { useCanEdit } from '../hooks/use-session.js';
import { useEditorSettings, useOutlineVersion } from '../hooks/use-scene.js';
import { useEditor } from '../state/editor-context.js';
import { NodeMenu, type NodeMenuPlace } from './node-menu.js';
import classes from './outliner.module.css';
import { matchingRows, rowRange, visibleRows } from './rows.js';
import { TreeRow } from './tree-row.js';
import { treeKey } from './tree-keys.js';
import { useDrag } from './use-drag.js';
import { useActiveRow } from './use-active-row.js';
import { useReveal } from './use-reveal.js';
import { useWindow } from './use-window.js';

const ROW_HEIGHT = 28;
const NOBODY: readonly never[] = [];

/** The scene tree: a single tab stop with the keys of the ARIA tree pattern, drawing only the rows in sight. */
export function Outliner() {
  const { store, state, actions } = useEditor();
  const { selection } = useEditorSettings();
  const canEdit = useCanEdit();
  const version = useOutlineVersion();
  const others = useOthersSelections();
  const treeId = useId();
  const container = useRef<HTMLDivElement>(null);
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set());
  const [search, setSearch] = useState('');
  const [renaming, setRenaming] = useState<string | null>(null);
  const [menu, setMenu] = useState<NodeMenuPlace | null>(null);
  const anchor = useRef<string | null>(null);
  const drag = useDrag();

  const rows = useMemo(
    () =>
      search.trim() === ''
        ? visibleRows(store.tree(), collapsed)
        : matchingRows(store.tree(), (id) => store.node(id), search),
    // The version stands for the tree and the names in the store.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [store, collapsed, search, version],
  );
  const { first, last, reveal } = useWindow(container, ROW_HEIGHT, rows.length);
  const [active, setActive] = useActiveRow(rows, selection);
  useReveal({ rows, selection, setCollapsed, reveal });

  const toggleExpanded = useCallback((id: string, expand?: boolean) => {
    setCollapsed((before) => {
      const next = new Set(before);
      if (expand ?? next.has(id)) next.delete(id);
      else next.add(id);
      return next;
    });
  }, []);

  const select = (id: string, event: { shiftKey: boolean; ctrlKey: boolean; metaKey: boolean }) => {
    if (event.shiftKey && anchor.current !== null) {
      state.select([...rowRange(rows, anchor.current, id).filter((each) => each !== id), id]);
    } else {
      anchor.current = id;
      if (event.ctrlKey || event.metaKey) state.toggle(id);
      else state.select([id]);
    }
    setActive(id, state.value.selection);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const command = treeKey(event, rows, active, store.tree());
    if (command === null) return;
    event.preventDefault();
    event.stopPropagation();
    switch (command.type) {
      case 'go':
        select(command.id, { shiftKey: event.shiftKey, ctrlKey: false, metaKey: false });
        reveal(rows.findIndex((row) => row.id === command.id));
        break;
      case 'expand':
        toggleExpanded(command.id, command.expand);
        break;
      case 'toggle-selected':
        state.toggle(command.id);
        setActive(command.id, state.value.selection);
        break;
      case 'rename':
        if (canEdit) setRenaming(command.id);
        break;
      case 'menu':
        setMenu({ id: command.id, ...placeOf(command.id) });
        break;
    }
  };

  const rowId = (id: string) => `${treeId}${id}`;
  const placeOf = (id: string) => {
    const box = document.getElementById(rowId(id))?.getBoundingClientRect();
    return { x: (box?.left ?? 0) + 40, y: box?.bottom ?? 0 };
  };
  const openMenu = (event: MouseEvent, id: string) => {
    event.preventDefault();
    if (!state.value.selection.includes(id)) state.select([id]);
    setActive(id, state.value.selection);
    setMenu({ id, x: event.clientX, y: event.clientY });
  };

  return (
    <div className={classes.panel}>
      <div className={classes.search}>
        <TextInput
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          placeholder="Search"
          aria-label="Search nodes by name"
          leftSection={<Search size={13} />}
          rightSection={
            search !== '' && <CloseButton size="xs" aria-label="Clear search" onClick={() => setSearch('')} />
          }
        />
      </div>
      <div
        ref={container}
        className={classes.tree}
        role="tree"
        aria-label="Scene"
        aria-multiselectable
        tabIndex={0}
        aria-activedescendant={active === null ? undefined : rowId(active)}
        data-testid="outliner"
        onKeyDown={onKeyDown}
        onClick={(event) => {
          if (event.target === event.currentTarget) state.select([]);
        }}
        onDragOver={(event) => drag.dragging && event.preventDefault()}
        onDrop={drag.dropOutside}
      >
        {rows.length === 0 && (
          <div className={classes.empty}>
            {search.trim() === ''
              ? 'Nothing here yet. Add a shape or a light, or drop a GLB file into the view.'
              : 'No node has this name.'}
          </div>
        )}
        <div className={classes.space} style={{ height: rows.length * ROW_HEIGHT }} role="presentation">
          {rows.slice(first, last).map((row, i) => (
            <TreeRow
              key={row.id}
              row={row}
              domId={rowId(row.id)}
              top={(first + i) * ROW_HEIGHT}
              selected={selection.includes(row.id)}
              active={active === row.id}
              renaming={renaming === row.id}
              canEdit={canEdit}
              drop={drag.target?.row === row.id ? drag.target.mark : null}
              selectedBy={others.get(row.id) ?? NOBODY}
              onClick={(event) => select(row.id, event)}
              onContextMenu={(event) => openMenu(event, row.id)}
              onToggleExpanded={() => toggleExpanded(row.id)}
              onToggleVisible={() =>
                actions.patch([row.id], { visible: !(store.node(row.id)?.visible ?? true) })
              }
              onToggleLocked={() =>
                actions.patch([row.id], { locked: !(store.node(row.id)?.locked ?? false) })
              }
              onStartRename={() => setRenaming(row.id)}
              onRename={(name) => {
                if (name !== null && name.trim() !== '') actions.rename(row.id, name);
                setRenaming(null);
                container.current?.focus();
              }}
              onDragStart={(event) => drag.start(event, row.id)}
              onDragOver={(event) => drag.over(event, row)}
              onDragEnd={drag.end}
              onDrop={drag.drop}
            />
          ))}
        </div>
      </div>
      <NodeMenu place={menu} onClose={() => setMenu(null)} onRename={setRenaming} />
    </div>
  );
}
