import { DioramaError } from '@diorama/client-sdk';
import type { CameraConfig, OutputFormat } from '@diorama/shared';
import { Alert, Button, Modal, Progress, SegmentedControl, Select, Switch } from '@mantine/core';
import { CircleAlert, Download } from 'lucide-react';
import { useState } from 'react';

import { useSettings } from '../hooks/use-scene.js';
import { labelOf } from '../outliner/rows.js';
import { IssueList } from '../shell/issue-list.js';
import { useEditor } from '../state/editor-context.js';
import classes from './render.module.css';
import { useRender, type RenderState } from './use-render.js';

const RESOLUTIONS = [
  { value: '1280x720', label: '1280 × 720' },
  { value: '1920x1080', label: '1920 × 1080' },
  { value: '3840x2160', label: '3840 × 2160' },
  { value: '1080x1080', label: '1080 × 1080' },
  { value: '1080x1920', label: '1080 × 1920' },
];

/** Orders a picture from a render worker and shows it. Closing the dialog keeps the picture until the next one. */
export function RenderDialog({ opened, onClose }: { opened: boolean; onClose(): void }) {
  const { store, viewport } = useEditor();
  const { name, activeCamera } = useSettings();
  const { state, start, cancel } = useRender();
  const [chosen, setChosen] = useState<string | null>(null);
  const [resolution, setResolution] = useState('1280x720');
  const [format, setFormat] = useState<OutputFormat>('png');
  const [transparent, setTransparent] = useState(false);
  const cameras = [...store.nodes].filter(([, node]) => node.kind === 'camera');
  const isCamera = (id: string | null) => cameras.some(([each]) => each === id);
  const camera = chosen ?? (isCamera(activeCamera) ? `node:${activeCamera}` : 'view');
  const running = state.status === 'running';
  const render = () => {
    const [width = 1280, height = 720] = resolution.split('x').map(Number);
    void start({
      camera: cameraOf(camera, viewport.camera.explicitConfig()),
      resolution: [width, height],
      format,
      transparent,
    });
  };
  return (
    <Modal opened={opened} onClose={onClose} title="Render" size={880} data-testid="render-dialog">
      <div className={classes.layout}>
        <form
          className={classes.form}
          onSubmit={(event) => {
            event.preventDefault();
            render();
          }}
        >
          <Select
            label="Camera"
            data-testid="render-camera"
            data={[
              { value: 'view', label: 'This view' },
              { value: 'auto', label: 'Everything in frame' },
              ...cameras.map(([id, node]) => ({ value: `node:${id}`, label: labelOf(node) })),
            ]}
            value={camera}
            allowDeselect={false}
            disabled={running}
            onChange={setChosen}
          />
          <Select
            label="Size"
            data={RESOLUTIONS}
            value={resolution}
            allowDeselect={false}
            disabled={running}
            onChange={(value) => setResolution(value ?? resolution)}
          />
          <div>
            <div className={classes.label}>Format</div>
            <SegmentedControl
              size="xs"
              fullWidth
              value={format}
              disabled={running}
              aria-label="Format"
              data={[
                { value: 'png', label: 'PNG' },
                { value: 'jpeg', label: 'JPEG' },
                { value: 'webp', label: 'WebP' },
              ]}
              onChange={(value) => setFormat(value)}
            />
          </div>
          <Switch
            label="Transparent background"
            checked={transparent && format !== 'jpeg'}
            disabled={running || format === 'jpeg'}
            onChange={(event) => setTransparent(event.currentTarget.checked)}
          />
          {running ? (
            <Button size="sm" variant="default" onClick={() => void cancel()}>
              Cancel
            </Button>
          ) : (
            <Button size="sm" type="submit" data-testid="render-start">
              {state.status === 'done' ? 'Render again' : 'Render'}
            </Button>
          )}
        </form>
        <div className={classes.stage}>
          <Stage
            state={state}
            fileName={`${name === '' ? 'scene' : name}.${format === 'jpeg' ? 'jpg' : format}`}
          />
        </div>
      </div>
    </Modal>
  );
}

function cameraOf(choice: string, view: CameraConfig): CameraConfig {
  if (choice === 'view') return view;
  return choice === 'auto' ? { mode: 'auto' } : { mode: 'node', node: choice.slice('node:'.length) };
}

function Stage({ state, fileName }: { state: RenderState; fileName: string }) {
  switch (state.status) {
    case 'idle':
      return <p className={classes.hint}>The worker renders the scene as it is stored now.</p>;
    case 'running': {
      const progress = state.job?.progress ?? 0;
      return (
        <div className={classes.progress} role="status" data-testid="render-progress">
          <Progress value={Math.max(2, progress * 100)} size={5} animated aria-label="Render progress" />
          <span>{stageText(state.job)}</span>
        </div>
      );
    }
    case 'done':
      return (
        <figure className={classes.figure}>
          <img
            className={classes.picture}
            src={state.url}
            alt={`Render of ${fileName}`}
            data-testid="render-picture"
          />
          {state.job.warnings.length > 0 && (
            <Alert color="orange" icon={<CircleAlert size={16} />} title="The picture is not complete">
              {state.job.warnings.map((warning) => (
                <div key={warning}>{warning}</div>
              ))}
            </Alert>
          )}
          <figcaption className={classes.caption}>
            <span>
              {state.job.resolution.join(' × ')}, {seconds(state.job)}
            </span>
            <Button
              component="a"
              href={state.url}
              download={fileName}
              variant="default"
              leftSection={<Download size={14} />}
            >
              Download
            </Button>
          </figcaption>
        </figure>
      );
    case 'failed':
      return (
        <Alert
          color="red"
          icon={<CircleAlert size={16} />}
          title="There is no picture"
          data-testid="render-error"
        >
          {state.error instanceof DioramaError ? (
            <IssueList detail={state.error.message} code={state.error.code} issues={state.error.issues} />
          ) : (
            String(state.error)
          )}
        </Alert>
      );
  }
}

type Job = Extract<RenderState, { status: 'running' }>['job'];

function stageText(job: Job): string {
  if (job === null) return 'Ordering the picture';
  if (job.status === 'queued') return 'Waiting for a worker';
  const stage = job.stage ?? 'rendering';
  return `${stage.charAt(0).toUpperCase()}${stage.slice(1)}, ${Math.round(job.progress * 100)} %`;
}

function seconds({ started_at: from, completed_at: to }: NonNullable<Job>): string {
  if (from === null || to === null) return 'done';
  return `${((Date.parse(to) - Date.parse(from)) / 1000).toFixed(1)} s`;
}
