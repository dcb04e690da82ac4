/**
 * Owns the frame: the strip, the views, the details pane and the dialogs. Must hold no logic of its own.
 */
import { useMediaQuery } from '@mantine/hooks'
import { DetailsPane } from './features/batch/DetailsPane.tsx'
import { DuplicateDialog } from './features/duplicates/DuplicateDialog.tsx'
import { HealthView } from './features/health/HealthView.tsx'
import { HistoryView } from './features/history/HistoryView.tsx'
import { LogTab } from './features/log/LogTab.tsx'
import { NewBatchDialog } from './features/new-batch/NewBatchDialog.tsx'
import { NowStrip } from './features/now/NowStrip.tsx'
import { KeySheet } from './features/palette/KeySheet.tsx'
import { Palette } from './features/palette/Palette.tsx'
import { BatchDialogs } from './features/queue/BatchDialogs.tsx'
import { QueueView } from './features/queue/QueueView.tsx'
import { SettingsView } from './features/settings/SettingsView.tsx'
import { usePanel } from './store/panel-store.ts'
import type { View } from './store/place.ts'
import { useCompactRows } from './store/row-height.ts'
import { ConnectionBanner } from './ui/ConnectionBanner.tsx'
import { FileDrop } from './ui/FileDrop.tsx'
import { Frame } from './ui/Frame.tsx'
import { Nav } from './ui/Nav.tsx'
import { StatusBar } from './ui/StatusBar.tsx'
import { useTabTitle } from './ui/use-tab-title.ts'
import './App.css'

const viewOf: Readonly<Record<View, () => React.ReactNode>> = {
  queue: QueueView,
  history: HistoryView,
  health: HealthView,
  settings: SettingsView,
}

export function App() {
  const view = usePanel((s) => s.place.view)
  const batch = usePanel((s) => s.place.batch)
  const announcement = usePanel((s) => s.announcement)
  useTabTitle()
  const [compact] = useCompactRows()
  const narrow = useMediaQuery('(max-width: 880px)', false) ?? false
  const View = viewOf[view]
  const withDetails = view === 'queue' || view === 'history'
  return (
    <div className="app" data-compact={compact}>
      <Nav />
      <div className="app-top">
        <ConnectionBanner />
        <NowStrip />
      </div>
      <main className="app-main">
        <Frame
          narrow={narrow}
          main={<View />}
          side={withDetails && (batch !== null || !narrow) ? <DetailsPane log={<LogTab />} /> : null}
        />
        <div id="layers" />
      </main>
      <StatusBar />
      <div className="sr-only" role="status" aria-live="polite">
        {announcement}
      </div>
      <NewBatchDialog />
      <BatchDialogs />
      <DuplicateDialog />
      <Palette />
      <KeySheet />
      <FileDrop />
    </div>
  )
}
