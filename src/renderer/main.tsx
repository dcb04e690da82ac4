/**
 * Starts the panel: picks the transport, connects the store to it, and draws.
 */
import '@fontsource-variable/inter/wght.css'
import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import '@mantine/spotlight/styles.css'
import './ui/theme.css'
import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './App.tsx'
import { connect } from './api/connection.ts'
import { setApi } from './api/current.ts'
import { createHttpApi } from './api/http.ts'
import { followOpenedFiles } from './store/opened-file.ts'
import { followLocation, setLink, setServer, usePanel } from './store/panel-store.ts'
import { theme } from './ui/theme.ts'

const api = window.slipway ?? createHttpApi()
setApi(api)
connect(api, { queue: setServer, link: setLink })
followLocation()
followOpenedFiles()

function Root() {
  const wanted = usePanel((s) => s.server?.settings.theme)
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      {...(wanted === 'light' || wanted === 'dark' ? { forceColorScheme: wanted } : {})}
    >
      <Notifications position="bottom-right" limit={4} />
      <App />
    </MantineProvider>
  )
}

const root = document.getElementById('root')
if (root)
  createRoot(root).render(
    <StrictMode>
      <Root />
    </StrictMode>,
  )
