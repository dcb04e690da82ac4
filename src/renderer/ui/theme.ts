/**
 * Owns the look that Mantine needs to know: colours, type, sizes. Surfaces and state colours are in theme.css.
 */
import { createTheme, type MantineColorsTuple } from '@mantine/core'

const harbour: MantineColorsTuple = [
  '#eaf4fb',
  '#d5e6f1',
  '#a7cce4',
  '#77b1d7',
  '#519acb',
  '#398cc4',
  '#2b7fb8',
  '#17669b',
  '#14557b',
  '#0d4162',
]

const slate: MantineColorsTuple = [
  '#dfe4ea',
  '#b9c2cc',
  '#98a4b1',
  '#7c8a99',
  '#414b56',
  '#333b44',
  '#262c34',
  '#1b2026',
  '#15191e',
  '#0f1216',
]

const signal: MantineColorsTuple = [
  '#fdf0ef',
  '#fbdad7',
  '#f5aea9',
  '#ff8f86',
  '#ff8f86',
  '#cf453d',
  '#bd2f28',
  '#bd2f28',
  '#a3261f',
  '#8f1f19',
]

export const theme = createTheme({
  primaryColor: 'harbour',
  primaryShade: { light: 7, dark: 7 },
  colors: { harbour, red: signal, dark: slate },
  autoContrast: true,
  luminanceThreshold: 0.35,
  fontFamily: "'Inter Variable', system-ui, -apple-system, 'Segoe UI', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'Cascadia Mono', 'SF Mono', Menlo, 'DejaVu Sans Mono', monospace",
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  defaultRadius: 'sm',
  cursorType: 'pointer',
  respectReducedMotion: true,
  focusRing: 'auto',
  components: {
    Tooltip: { defaultProps: { openDelay: 400, withArrow: true } },
    Modal: {
      defaultProps: {
        // A second dialog above the first would else be a second banner.
        attributes: { header: { role: 'none' } },
        closeButtonProps: { 'aria-label': 'Close' },
        overlayProps: { backgroundOpacity: 0.45, blur: 1 },
        centered: true,
        styles: { title: { fontWeight: 600 } },
      },
    },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } },
    Notification: { defaultProps: { closeButtonProps: { 'aria-label': 'Hide' } } },
    // Menus open inside the main landmark, so that nothing on the page lies outside of all landmarks.
    Menu: { defaultProps: { portalProps: { target: '#layers' }, withInitialFocusPlaceholder: false } },
    Button: { defaultProps: { size: 'sm' } },
  },
})
