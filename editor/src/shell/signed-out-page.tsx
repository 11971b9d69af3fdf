import { KeyRound } from 'lucide-react';

import { MessagePage } from './message-page.js';

/** For whoever has an address and no token: nothing has ended, it is the address alone that opens nothing. */
export function SignedOutPage() {
  return (
    <MessagePage icon={KeyRound} title="You are not signed in" testId="page-signed-out">
      An address alone opens nothing: this tab has to be signed in first. Open the link that signs you in, or
      ask somebody who has the scene open for a share link. On your own machine the server prints a link when
      it starts.
    </MessagePage>
  );
}
