import { Diorama, DioramaError } from '@diorama/client-sdk';
import { Center, Loader } from '@mantine/core';
import { useMemo } from 'react';

import { useAccess } from './access/use-access.js';
import { SceneBrowser } from './scenes/scene-browser.js';
import { EditorPage } from './shell/editor-page.js';
import { ProblemPage } from './shell/problem-page.js';
import { useSceneParam } from './shell/use-scene-param.js';

/** Token → who it is → the scene of the address, or the list of scenes. */
export function App({ token }: { token: string | null }) {
  if (token === null) return <ProblemPage error={new DioramaError('unauthenticated')} />;
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
      return <ProblemPage error={access.error} onRetry={access.retry} />;
    case 'granted':
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
