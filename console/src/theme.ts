/**
 * The tokens of tokens.css as a Mantine theme. Two things that are easy to undo by mistake: the primary colour is a virtual colour, because with one
 * list of shades `autoContrast` judges the light shade in both schemes; and light variants get their text colour by variable, because the default
 * fails the contrast that WCAG AA asks.
 */
import { type CSSVariablesResolver, createTheme, virtualColor } from '@mantine/core';

export const theme = createTheme({
  primaryColor: 'screen',
  primaryShade: { light: 7, dark: 3 },
  autoContrast: true,
  black: '#13212b',
  colors: {
    screenLight: ['#e1eff1', '#c3dfe4', '#9bcad3', '#6cb3bf', '#3f93a1', '#1f7787', '#126574', '#0b5968', '#07414d', '#052e37'],
    screenDark: ['#e1f5f8', '#c3ebf1', '#93d8e3', '#6cc5d3', '#4fb0bf', '#3a98a7', '#2b7f8d', '#1f6673', '#164e58', '#12343c'],
    screen: virtualColor({ name: 'screen', light: 'screenLight', dark: 'screenDark' }),
  },
  fontFamily: '-apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", Consolas, "Liberation Mono", monospace',
  defaultRadius: 4,
  cursorType: 'pointer',
  respectReducedMotion: true,
});

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#f3f5f6',
    '--mantine-color-text': '#13212b',
    '--mantine-color-dimmed': '#475863',
    '--mantine-color-placeholder': '#475863',
    '--mantine-color-default': '#ffffff',
    '--mantine-color-default-color': '#13212b',
    '--mantine-color-default-border': '#6a7b87',
    '--mantine-color-anchor': '#0b5968',
    '--mantine-color-error': '#b00d30',
    '--mantine-color-screen-light': '#e1eff1',
    '--mantine-color-screen-light-color': '#0b5968',
  },
  dark: {
    '--mantine-color-body': '#0f161b',
    '--mantine-color-text': '#e9eff2',
    '--mantine-color-dimmed': '#a9b9c3',
    '--mantine-color-placeholder': '#a9b9c3',
    '--mantine-color-default': '#182127',
    '--mantine-color-default-color': '#e9eff2',
    '--mantine-color-default-border': '#7d909d',
    '--mantine-color-anchor': '#6cc5d3',
    '--mantine-color-error': '#ff92a5',
    '--mantine-color-screen-light': '#12343c',
    '--mantine-color-screen-light-color': '#6cc5d3',
  },
});
