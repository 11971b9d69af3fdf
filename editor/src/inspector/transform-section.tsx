import type { LivePose, SceneNode, Vec3 } from '@diorama/shared';
import { useRef } from 'react';

import { useEditor } from '../state/editor-context.js';
import { quatOfDegrees, shownDegrees } from './euler.js';
import { Section } from './fields.js';
import classes from './inspector.module.css';
import { NumberField } from './number-field.js';

interface TransformSectionProps {
  readonly id: string;
  readonly node: SceneNode;
  readonly disabled: boolean;
}

const AXES = ['X', 'Y', 'Z'] as const;

/** Position, rotation and scale in the parent's space. Dragging a field is a gesture: one write when it ends. */
export function TransformSection({ id, node, disabled }: TransformSectionProps) {
  const { actions, viewport } = useEditor();
  const typed = useRef<Vec3 | null>(null);
  const { translation, rotation, scale } = viewport.gestures.shownPose(id) ?? node.pose;
  const degrees = shownDegrees(rotation, typed.current);

  const vector = (
    label: string,
    key: string,
    value: Vec3,
    step: number,
    poseOf: (value: Vec3) => Partial<LivePose>,
  ) => (
    <div className={`${classes.row} ${classes.vector}`} role="group" aria-label={label}>
      <span className={classes.label}>{label}</span>
      <div className={classes.triple}>
        {AXES.map((axis, i) => {
          const changed = (next: number) => poseOf(value.map((each, j) => (j === i ? next : each)) as Vec3);
          return (
            <NumberField
              key={axis}
              label={`${label} ${axis}`}
              handle={axis}
              value={value[i] ?? 0}
              step={step}
              disabled={disabled}
              testId={`${key}-${axis.toLowerCase()}`}
              onCommit={(next) => actions.edit((scene) => scene.setPose(id, changed(next)), `${id}:${key}`)}
              onScrub={(next) => viewport.gestures.scrub(id, changed(next))}
              onScrubEnd={(keep) => viewport.gestures.endScrub(keep)}
            />
          );
        })}
      </div>
    </div>
  );

  return (
    <Section title="Transform">
      {vector('Position', 'position', translation, 0.1, (next) => ({ translation: next }))}
      {vector('Rotation °', 'rotation', degrees, 5, (next) => {
        typed.current = next;
        return { rotation: quatOfDegrees(next) };
      })}
      {vector('Scale', 'scale', scale, 0.1, (next) => ({ scale: next }))}
    </Section>
  );
}
