import '@fontsource-variable/inter/wght.css';
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './theme/tokens.css';

import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { createRoot } from 'react-dom/client';

import { takeToken } from './access/token.js';
import { App } from './app.js';
import { theme } from './theme/theme.js';

const token = takeToken(window.location, window.history, window.sessionStorage);
const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

createRoot(root).render(
  <MantineProvider theme={theme} defaultColorScheme="dark">
    <Notifications position="bottom-center" limit={4} containerWidth={380} zIndex={400} />
    <App token={token} />
  </MantineProvider>,
);
