import { Diorama } from '@diorama/client-sdk';
import { Center, Loader } from '@mantine/core';
import type { SessionInfo } from '@diorama/shared';
import { useMemo, useState } from 'react';

import { isShareLinkToken } from './access/token.js';
import { useAccess } from './access/use-access.js';
import { GuestPage } from './people/guest-page.js';
import { ownName, storeOwnName } from './people/own-name.js';
import { SceneBrowser } from './scenes/scene-browser.js';
import { EditorPage } from './shell/editor-page.js';
import { ProblemPage } from './shell/problem-page.js';
import { SignedOutPage } from './shell/signed-out-page.js';
import { useSceneParam } from './shell/use-scene-param.js';

/** Token → who it is → the scene of the address, or the list of scenes. */
export function App({ token }: { token: string | null }) {
  if (token === null) return <SignedOutPage />;
  return <SignedIn token={token} />;
}

function SignedIn({ token }: { token: string }) {
  const diorama = useMemo(() => new Diorama({ url: window.location.origin, token }), [token]);
  const access = useAccess(diorama);
  const [sceneId, setSceneId] = useSceneParam();
  switch (access.status) {
    case 'asking':
      return (
        <Center h="100%">
          <Loader size="sm" aria-label="Loading" />
        </Center>
      );
    case 'refused':
      return <ProblemPage error={access.error} byLink={isShareLinkToken(token)} onRetry={access.retry} />;
    case 'granted':
      if (access.session.scene_id !== undefined)
        return (
          <GuestScene
            diorama={diorama}
            session={access.session}
            sceneId={sceneId ?? access.session.scene_id}
          />
        );
      return sceneId === null ? (
        <SceneBrowser diorama={diorama} onOpen={setSceneId} />
      ) : (
        <EditorPage
          key={sceneId}
          diorama={diorama}
          sceneId={sceneId}
          userName={access.session.name}
          onScenes={() => setSceneId(null)}
        />
      );
  }
}

interface GuestSceneProps {
  readonly diorama: Diorama;
  readonly session: SessionInfo;
  readonly sceneId: string;
}

/** For who came by a share link: one scene, without the way to others, and a name to be called by. */
function GuestScene({ diorama, session, sceneId }: GuestSceneProps) {
  const [isNamed, setIsNamed] = useState(() => ownName(window.sessionStorage) !== null);
  if (isNamed)
    return <EditorPage key={sceneId} diorama={diorama} sceneId={sceneId} userName={session.name} byLink />;
  return (
    <GuestPage
      role={session.role}
      onName={(name) => {
        storeOwnName(window.sessionStorage, name);
        setIsNamed(true);
      }}
    />
  );
}
