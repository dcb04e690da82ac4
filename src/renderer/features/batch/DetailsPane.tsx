/**
 * Owns the details of one batch: its head with actions, and the tabs. The chosen tab stays when another batch is
 * chosen. The log comes from outside, as a feature of its own.
 */
import { Button, Center, Tabs, Text } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { IconArrowLeft } from '@tabler/icons-react'
import {
  createContext,
  memo,
  type ReactNode,
  type RefObject,
  useContext,
  useEffect,
  useRef,
  useState,
} from 'react'
import type { Batch } from '../../../contract/entities.ts'
import { isFinal } from '../../../contract/states.ts'
import { batchName, typeAndRange } from '../../../contract/words.ts'
import { type BatchAction, possibleActions } from '../../store/batch-actions.ts'
import { markSeen } from '../../store/batch-commands.ts'
import { go, goToTab, usePanel } from '../../store/panel-store.ts'
import { type Tab, tabs } from '../../store/place.ts'
import { BatchMenu } from '../../ui/BatchMenu.tsx'
import { Note } from '../../ui/Note.tsx'
import { StatusMark, statusWord } from '../../ui/StatusMark.tsx'
import { useChosenBatch } from '../../ui/use-batch.ts'
import { EventsTab } from './EventsTab.tsx'
import { JobsTab } from './JobsTab.tsx'
import { SummaryTab } from './SummaryTab.tsx'
import { TimelineTab } from './TimelineTab.tsx'
import './details.css'

const tabWords: Readonly<Record<Tab, string>> = {
  summary: 'Summary',
  jobs: 'Jobs',
  log: 'Log',
  timeline: 'Timeline',
  events: 'Events',
}
const seenAfterMs = 1_200

export function DetailsPane({ log }: { log: ReactNode }) {
  const nothing = usePanel((s) => s.place.batch === null && s.server?.running == null)
  const { batch, error } = useChosenBatch()
  useMarkSeen(batch)
  if (nothing)
    return (
      <section className="details" aria-label="Details" id="details" tabIndex={-1}>
        <Center style={{ flex: 1 }}>
          <Text size="sm" className="dim">
            Select a batch to see its details.
          </Text>
        </Center>
      </section>
    )
  return (
    <section
      className="details"
      aria-label={batch ? `Details of ${batchName(batch)}` : 'Details'}
      id="details"
      tabIndex={-1}
    >
      {error && (
        <div style={{ padding: 12 }}>
          <Note kind="bad" title={error.message}>
            {error.hint}
          </Note>
        </div>
      )}
      {batch && <Head batch={batch} />}
      {batch && (
        <ShownBatch value={batch}>
          <DetailsTabs log={log} />
        </ShownBatch>
      )}
    </section>
  )
}

/** The batch in the tabs. A context, so that only the tab that is open is drawn again when a job ends. */
const ShownBatch = createContext<Batch | null>(null)

function OfShown({ Tab }: { Tab: (props: { batch: Batch }) => ReactNode }) {
  const batch = useContext(ShownBatch)
  return batch && <Tab batch={batch} />
}

const DetailsTabs = memo(function DetailsTabs({ log }: { log: ReactNode }) {
  const tab = usePanel((s) => s.place.tab)
  return (
    <Tabs
      value={tab}
      onChange={(value) => goToTab(tabs.find((t) => t === value) ?? 'summary')}
      keepMounted={false}
      className="details-tabs"
    >
      <Tabs.List aria-label="Details">
        {tabs.map((each) => (
          <Tabs.Tab key={each} value={each}>
            {tabWords[each]}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value="summary" className="details-panel scroll" tabIndex={0}>
        <OfShown Tab={SummaryTab} />
      </Tabs.Panel>
      <Tabs.Panel value="jobs" className="details-panel">
        <OfShown Tab={JobsTab} />
      </Tabs.Panel>
      <Tabs.Panel value="log" className="details-panel">
        {log}
      </Tabs.Panel>
      <Tabs.Panel value="timeline" className="details-panel">
        <OfShown Tab={TimelineTab} />
      </Tabs.Panel>
      <Tabs.Panel value="events" className="details-panel">
        <OfShown Tab={EventsTab} />
      </Tabs.Panel>
    </Tabs>
  )
})

/**
 * A finished batch counts as seen once its details were on the screen for a moment. One that needs attention does
 * not: a person marks it, so that its card never goes away by itself.
 */
function useMarkSeen(batch: Batch | undefined): void {
  const needsAttention = usePanel(
    (s) => s.server?.attention.some((each) => each.batchId === batch?.id) ?? false,
  )
  const id = batch && !batch.seen && isFinal(batch.status) && !needsAttention ? batch.id : null
  useEffect(() => {
    if (id === null || document.hidden) return
    const timer = setTimeout(() => void markSeenById(id), seenAfterMs)
    return () => clearTimeout(timer)
  }, [id])
}

async function markSeenById(id: string): Promise<void> {
  const batch = usePanel.getState().server?.batches.get(id)
  if (batch) await markSeen([batch])
}

function Head({ batch }: { batch: Batch }) {
  const [menu, setMenu] = useState(false)
  const latest = useRef(batch)
  latest.current = batch
  const narrow = useMediaQuery('(max-width: 880px)', false)
  const shown = possibleActions([batch])
    .filter((a) => ['pause', 'resume', 'retry', 'cancel'].includes(a.id))
    .slice(0, 2)
  return (
    <header className="details-head">
      {narrow && (
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconArrowLeft size={14} />}
          onClick={() => go({ batch: null })}
        >
          Back
        </Button>
      )}
      <div className="details-title">
        <h2 className="clip" title={batchName(batch)}>
          <span className="dim num">#{batch.number}</span> {typeAndRange(batch)}
        </h2>
        <div className="dim clip">
          <StatusMark status={batch.status} silent size={15} />
          <span className="details-status" data-status={batch.status}>
            {statusWord(batch.status)}
          </span>
          <span className="clip"> · {batch.configuration}</span>
        </div>
      </div>
      <div className="details-actions">
        {shown.map((action) => (
          <HeadAction key={action.id} action={action} batch={latest} />
        ))}
        <BatchMenu
          batches={() => [batch]}
          label={`More actions for ${batchName(batch)}`}
          opened={menu}
          onChange={setMenu}
        />
      </div>
    </header>
  )
}

/** Drawn once, however often a job of the batch ends. */
const HeadAction = memo(function HeadAction({
  action,
  batch,
}: {
  action: BatchAction
  batch: RefObject<Batch>
}) {
  return (
    <Button
      size="compact-sm"
      variant="default"
      leftSection={<action.Icon size={14} />}
      onClick={() => action.run([batch.current])}
    >
      {action.words}
    </Button>
  )
})
