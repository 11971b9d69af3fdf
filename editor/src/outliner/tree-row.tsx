import { ChevronRight, Eye, EyeOff, Lock, LockOpen } from 'lucide-react';
import { type DragEvent, type MouseEvent, useEffect, useRef } from 'react';

import { useNode } from '../hooks/use-scene.js';
import { NodeIcon } from './node-icon.js';
import classes from './outliner.module.css';
import { labelOf, type Row } from './rows.js';

export type DropMark = 'before' | 'after' | 'inside' | 'refused';

export interface TreeRowProps {
  readonly row: Row;
  readonly domId: string;
  readonly top: number;
  readonly selected: boolean;
  readonly active: boolean;
  readonly renaming: boolean;
  readonly canEdit: boolean;
  readonly drop: DropMark | null;
  /** Colours and names of the others who have it selected. */
  readonly selectedBy: readonly { readonly name: string; readonly color: string }[];
  onClick(event: MouseEvent): void;
  onContextMenu(event: MouseEvent): void;
  onToggleExpanded(): void;
  onToggleVisible(): void;
  onToggleLocked(): void;
  onStartRename(): void;
  /** null gives up. */
  onRename(name: string | null): void;
  onDragStart(event: DragEvent): void;
  onDragOver(event: DragEvent): void;
  onDragEnd(): void;
  onDrop(event: DragEvent): void;
}

const INDENT_PX = 14;

/** One line of the outliner; it re-renders by itself when its node changes. */
export function TreeRow(props: TreeRowProps) {
  const { row, canEdit } = props;
  const node = useNode(row.id);
  if (node === undefined) return null;
  const label = labelOf(node);
  return (
    <div
      id={props.domId}
      className={classes.row}
      style={{ top: props.top, paddingLeft: 4 + (row.level - 1) * INDENT_PX }}
      role="treeitem"
      aria-label={label}
      aria-level={row.level}
      aria-posinset={row.position}
      aria-setsize={row.siblings}
      aria-selected={props.selected}
      aria-expanded={row.hasChildren ? row.expanded : undefined}
      data-testid="outliner-row"
      data-node={row.id}
      data-active={props.active || undefined}
      data-hidden={!node.visible || undefined}
      data-drop={props.drop ?? undefined}
      draggable={canEdit && !props.renaming}
      onClick={props.onClick}
      onDoubleClick={canEdit ? props.onStartRename : undefined}
      onContextMenu={props.onContextMenu}
      onDragStart={props.onDragStart}
      onDragOver={props.onDragOver}
      onDragEnd={props.onDragEnd}
      onDrop={props.onDrop}
    >
      <span
        className={classes.twisty}
        data-open={row.expanded || undefined}
        aria-hidden
        onClick={(event) => {
          if (!row.hasChildren) return;
          event.stopPropagation();
          props.onToggleExpanded();
        }}
      >
        {row.hasChildren && <ChevronRight size={13} />}
      </span>
      <span className={classes.icon}>
        <NodeIcon node={node} />
      </span>
      {props.renaming ? (
        <RenameField name={node.name} onDone={props.onRename} />
      ) : (
        <span className={classes.label} title={label}>
          {label}
        </span>
      )}
      {props.selectedBy.length > 0 && (
        <span className={classes.dots}>
          {props.selectedBy.map(({ name, color }, i) => (
            <span
              key={i}
              className={classes.dot}
              style={{ background: color }}
              role="img"
              aria-label={`Selected by ${name}`}
              title={name}
            />
          ))}
        </span>
      )}
      <Toggle
        on={node.locked}
        label={node.locked ? `Unlock ${label}` : `Lock ${label}`}
        disabled={!canEdit}
        onClick={props.onToggleLocked}
      >
        {node.locked ? <Lock size={13} /> : <LockOpen size={13} />}
      </Toggle>
      <Toggle
        on={!node.visible}
        label={node.visible ? `Hide ${label}` : `Show ${label}`}
        disabled={!canEdit}
        onClick={props.onToggleVisible}
      >
        {node.visible ? <Eye size={13} /> : <EyeOff size={13} />}
      </Toggle>
    </div>
  );
}

interface ToggleProps {
  readonly on: boolean;
  readonly label: string;
  readonly disabled: boolean;
  onClick(): void;
  readonly children: React.ReactNode;
}

/** Out of the tab order: the tree is one tab stop, and its keys H and L do the same. */
function Toggle({ on, label, disabled, onClick, children }: ToggleProps) {
  return (
    <button
      type="button"
      className={classes.toggle}
      tabIndex={-1}
      aria-label={label}
      title={label}
      aria-pressed={on}
      data-on={on || undefined}
      disabled={disabled}
      onClick={(event) => {
        event.stopPropagation();
        onClick();
      }}
      onDoubleClick={(event) => event.stopPropagation()}
    >
      {children}
    </button>
  );
}

function RenameField({ name, onDone }: { name: string; onDone(name: string | null): void }) {
  const input = useRef<HTMLInputElement>(null);
  const done = useRef(false);
  useEffect(() => {
    input.current?.focus();
    input.current?.select();
  }, []);
  const finish = (value: string | null) => {
    // Enter removes the field, which blurs it: the name is given once.
    if (done.current) return;
    done.current = true;
    onDone(value);
  };
  return (
    <input
      ref={input}
      className={classes.rename}
      defaultValue={name}
      maxLength={512}
      aria-label="New name"
      data-testid="rename-field"
      onClick={(event) => event.stopPropagation()}
      onDoubleClick={(event) => event.stopPropagation()}
      onBlur={(event) => finish(event.currentTarget.value)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Enter') finish(event.currentTarget.value);
        if (event.key === 'Escape') finish(null);
      }}
    />
  );
}
