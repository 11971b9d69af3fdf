import type { Role, SceneNode } from '@diorama/shared';
import { ActionIcon, Button, TextInput, Tooltip } from '@mantine/core';
import { Copy, Eye, EyeOff, FolderPlus, Lock, LockOpen, Trash2 } from 'lucide-react';
import { useState } from 'react';

import { LastChangeLine } from '../history/last-change-line.js';
import { useEditorSettings, useNode } from '../hooks/use-scene.js';
import { useCanEdit, useRole } from '../hooks/use-session.js';
import { NodeIcon } from '../outliner/node-icon.js';
import { labelOf } from '../outliner/rows.js';
import { useEditor } from '../state/editor-context.js';
import { CameraSection } from './camera-section.js';
import { Section } from './fields.js';
import { GeometrySection } from './geometry-section.js';
import classes from './inspector.module.css';
import { LightSection } from './light-section.js';
import { MaterialSection } from './material-section.js';
import { ModelSection } from './model-section.js';
import { SceneSection } from './scene-section.js';
import { TransformSection } from './transform-section.js';
import { useLiveVersion } from '../hooks/use-live.js';

/** What is selected, in numbers and colours: one node, several, or the scene itself. */
export function Inspector() {
  const { selection } = useEditorSettings();
  const role = useRole();
  const why = whyNot(useCanEdit(), role, useEditor().session.readOnly?.code);
  const [only] = selection;
  return (
    <div data-testid="inspector">
      {why !== undefined && <p className={classes.note}>{why}</p>}
      {selection.length === 0 && <SceneSection />}
      {selection.length === 1 && only !== undefined && <NodeInspector key={only} id={only} />}
      {selection.length > 1 && <SelectionInspector ids={selection} />}
    </div>
  );
}

/** Why nothing can be changed; undefined where it can, or cannot for a moment only. */
function whyNot(canEdit: boolean, role: Role | undefined, code: string | undefined): string | undefined {
  if (canEdit) return undefined;
  if (role === 'commenter')
    return 'As a commenter you can comment on this scene. Only editors can change it.';
  if (role === 'viewer') return 'As a viewer you can look at this scene. Only editors can change it.';
  return code === 'schema_too_new'
    ? 'This scene comes from a newer version of Diorama: it can only be looked at.'
    : undefined;
}

function NodeInspector({ id }: { id: string }) {
  const node = useNode(id);
  const canEdit = useCanEdit();
  useLiveVersion();
  if (node === undefined) return null;
  const disabled = !canEdit || node.locked;
  return (
    <>
      <NodeHeader id={id} node={node} canEdit={canEdit} />
      <LastChangeLine id={id} />
      {node.locked && <p className={classes.note}>Locked. Unlock it to change it.</p>}
      <TransformSection id={id} node={node} disabled={disabled} />
      <KindSections id={id} node={node} disabled={disabled} />
    </>
  );
}

function KindSections({ id, node, disabled }: { id: string; node: SceneNode; disabled: boolean }) {
  switch (node.kind) {
    case 'primitive':
      return (
        <>
          <GeometrySection id={id} node={node} disabled={disabled} />
          <MaterialSection id={id} node={node} disabled={disabled} />
        </>
      );
    case 'light':
      return <LightSection id={id} node={node} disabled={disabled} />;
    case 'camera':
      return <CameraSection id={id} node={node} disabled={disabled} />;
    case 'model':
      return <ModelSection id={id} node={node} disabled={disabled} />;
    case 'group':
      return null;
  }
}

function NodeHeader({ id, node, canEdit }: { id: string; node: SceneNode; canEdit: boolean }) {
  const { actions } = useEditor();
  const [draft, setDraft] = useState<string | null>(null);
  const commit = () => {
    if (draft !== null && draft.trim() !== '' && draft.trim() !== node.name) actions.rename(id, draft);
    setDraft(null);
  };
  const icon = { size: 15, strokeWidth: 1.7 };
  return (
    <div className={classes.name}>
      <span className={classes.kind}>
        <NodeIcon node={node} size={16} />
      </span>
      <TextInput
        style={{ flex: 1 }}
        aria-label="Name"
        placeholder={labelOf(node)}
        value={draft ?? node.name}
        maxLength={512}
        disabled={!canEdit || node.locked}
        onChange={(event) => setDraft(event.currentTarget.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === 'Enter') event.currentTarget.blur();
          else if (event.key === 'Escape') {
            setDraft(null);
            // Blurring now would still see the draft, and keep it.
            const field = event.currentTarget;
            queueMicrotask(() => field.blur());
          }
        }}
      />
      <Tooltip label={node.visible ? 'Hide (H)' : 'Show (H)'}>
        <ActionIcon
          disabled={!canEdit}
          aria-label="Visible"
          aria-pressed={node.visible}
          onClick={() => actions.patch([id], { visible: !node.visible })}
        >
          {node.visible ? <Eye {...icon} /> : <EyeOff {...icon} />}
        </ActionIcon>
      </Tooltip>
      <Tooltip label={node.locked ? 'Unlock' : 'Lock'}>
        <ActionIcon
          disabled={!canEdit}
          aria-label="Locked"
          aria-pressed={node.locked}
          onClick={() => actions.patch([id], { locked: !node.locked })}
        >
          {node.locked ? <Lock {...icon} /> : <LockOpen {...icon} />}
        </ActionIcon>
      </Tooltip>
    </div>
  );
}

function SelectionInspector({ ids }: { ids: readonly string[] }) {
  const { actions } = useEditor();
  const disabled = !useCanEdit();
  return (
    <Section title={`${ids.length} nodes selected`}>
      <div style={{ display: 'grid', gap: 6 }}>
        <Button
          variant="default"
          disabled={disabled}
          leftSection={<FolderPlus size={14} />}
          onClick={() => actions.group()}
        >
          Group
        </Button>
        <Button
          variant="default"
          disabled={disabled}
          leftSection={<Copy size={14} />}
          onClick={() => actions.duplicate()}
        >
          Duplicate
        </Button>
        <Button
          variant="default"
          disabled={disabled}
          leftSection={<Eye size={14} />}
          onClick={() => actions.toggleVisible()}
        >
          Show or hide
        </Button>
        <Button
          variant="default"
          disabled={disabled}
          leftSection={<Trash2 size={14} />}
          onClick={() => actions.remove()}
        >
          Delete
        </Button>
      </div>
    </Section>
  );
}
