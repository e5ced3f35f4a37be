/** Starts the console: settings from the page, theme, app. */
import '@mantine/core/styles/baseline.css';
import '@mantine/core/styles/default-css-variables.css';
import '@mantine/core/styles/global.css';
import '@mantine/core/styles/UnstyledButton.css';
import '@mantine/core/styles/Button.css';
import '@mantine/core/styles/Input.css';
import './tokens.css';
import './console.css';
import { MantineProvider } from '@mantine/core';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { readSettings, styleNonce } from './settings.ts';
import { cssVariables, theme } from './theme.ts';
import { guardMarkup } from './trusted-types.ts';

guardMarkup();

createRoot(document.getElementById('console')!).render(
  <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto" getStyleNonce={styleNonce}>
    <App settings={readSettings()} />
  </MantineProvider>,
);
