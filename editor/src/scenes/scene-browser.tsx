import type { Diorama, PageQuery } from '@diorama/client-sdk';
import { ActionIcon, Button, Loader, Menu } from '@mantine/core';
import { Box, Ellipsis, Pencil, Plus, Trash2 } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import type { SceneSummary } from '@diorama/shared';

import { usePages } from '../hooks/use-pages.js';
import { NameDialog } from '../shell/name-dialog.js';
import { ProblemPage } from '../shell/problem-page.js';
import { showError } from '../shell/show-error.js';
import { DeleteSceneDialog } from './delete-scene-dialog.js';
import classes from './scenes.module.css';

interface SceneBrowserProps {
  readonly diorama: Diorama;
  onOpen(sceneId: string): void;
}

type Dialog =
  | { readonly type: 'create' }
  | { readonly type: 'rename'; readonly scene: SceneSummary }
  | { readonly type: 'delete'; readonly scene: SceneSummary };

/** How often a server that does not answer is asked again. */
const RETRY_MS = 2_000;

/** All scenes of the token's tenant: open, create, rename, delete. */
export function SceneBrowser({ diorama, onOpen }: SceneBrowserProps) {
  const scenes = usePages(useCallback((query: PageQuery) => diorama.scenes.list(query), [diorama]));
  const items = scenes.pages.length === 0 ? null : scenes.pages.flatMap((page) => page.items);
  const { error, reload } = scenes;
  useEffect(() => {
    if (error?.retryable !== true) return;
    // Each failure is an error of its own, and waits anew.
    const timer = window.setTimeout(() => void reload(), RETRY_MS);
    return () => window.clearTimeout(timer);
  }, [error, reload]);
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const close = () => setDialog(null);
  const run = async (work: () => Promise<unknown>, failed: string) => {
    close();
    try {
      await work();
    } catch (error) {
      showError(failed, error);
    }
    await reload();
  };
  if (error !== null && items === null) return <ProblemPage error={error} onRetry={() => void reload()} />;
  return (
    <main className={classes.page}>
      <div className={classes.inner}>
        <header className={classes.head}>
          <img src="/favicon.svg" alt="" width={30} height={30} />
          <h1 className={classes.title}>Scenes</h1>
          <Button size="sm" leftSection={<Plus size={15} />} onClick={() => setDialog({ type: 'create' })}>
            New scene
          </Button>
        </header>
        {items === null ? (
          <div className={classes.empty}>
            <Loader size="sm" />
          </div>
        ) : (
          <ul className={classes.list} aria-label="Scenes" data-testid="scene-list">
            {items.length === 0 && <li className={classes.empty}>No scenes yet. Make the first one.</li>}
            {items.map((scene) => (
              <li key={scene.scene_id} className={classes.item} data-testid="scene-item">
                <button type="button" className={classes.open} onClick={() => onOpen(scene.scene_id)}>
                  <span className={classes.icon}>
                    <Box size={17} strokeWidth={1.6} aria-hidden />
                  </span>
                  <span style={{ minWidth: 0 }}>
                    <span className={classes.name} style={{ display: 'block' }}>
                      {scene.name === '' ? 'Untitled' : scene.name}
                    </span>
                    <span className={classes.facts}>{factsOf(scene)}</span>
                  </span>
                </button>
                <Menu position="bottom-end">
                  <Menu.Target>
                    <ActionIcon aria-label={`Actions for ${scene.name}`}>
                      <Ellipsis size={16} />
                    </ActionIcon>
                  </Menu.Target>
                  <Menu.Dropdown>
                    <Menu.Item
                      leftSection={<Pencil size={14} />}
                      onClick={() => setDialog({ type: 'rename', scene })}
                    >
                      Rename
                    </Menu.Item>
                    <Menu.Item
                      color="red"
                      leftSection={<Trash2 size={14} />}
                      onClick={() => setDialog({ type: 'delete', scene })}
                    >
                      Delete
                    </Menu.Item>
                  </Menu.Dropdown>
                </Menu>
              </li>
            ))}
          </ul>
        )}
        {scenes.hasMore && (
          <Button variant="subtle" mt={16} onClick={() => void scenes.loadMore()}>
            Show more
          </Button>
        )}
      </div>
      {dialog?.type === 'create' && (
        <NameDialog
          title="New scene"
          action="Create"
          onClose={close}
          maxLength={512}
          onSubmit={async (name) => onOpen((await diorama.scenes.create({ name })).scene_id)}
        />
      )}
      {dialog?.type === 'rename' && (
        <NameDialog
          title="Rename scene"
          name={dialog.scene.name}
          action="Rename"
          onClose={close}
          maxLength={512}
          onSubmit={async (name) => {
            await diorama.scenes.replace(dialog.scene.scene_id, { name });
            await reload();
          }}
        />
      )}
      {dialog?.type === 'delete' && (
        <DeleteSceneDialog
          scene={dialog.scene}
          onClose={close}
          onDelete={() =>
            void run(() => diorama.scenes.delete(dialog.scene.scene_id), 'The scene was not deleted')
          }
        />
      )}
    </main>
  );
}

const DATE = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

function factsOf(scene: SceneSummary): string {
  const nodes = `${scene.node_count} ${scene.node_count === 1 ? 'node' : 'nodes'}`;
  return `${nodes} · changed ${DATE.format(new Date(scene.updated_at))}`;
}
