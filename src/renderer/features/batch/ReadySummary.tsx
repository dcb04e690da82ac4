/**
 * Owns a finished batch's summary: durations, what failed and why, what was slow, what looks odd.
 */

import { Button, Menu } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import type { Batch, Summary } from '../../../contract/entities.ts'
import { escaped } from '../../../contract/escapes.ts'
import { clusterWords } from '../../../contract/places.ts'
import { bytes, countOf, duration, rate } from '../../../contract/words.ts'
import { act } from '../../store/act.ts'
import { go } from '../../store/panel-store.ts'
import { ShowInFolder } from '../../ui/FilePath.tsx'
import { Histogram } from '../../ui/Histogram.tsx'
import { Note } from '../../ui/Note.tsx'
import { FailureClusters } from './FailureClusters.tsx'

const closedWords: Readonly<Record<Summary['closedBy'], string>> = {
  event: 'closed immediately',
  sweep: 'closed by the finalizer',
  demand: 'closed when its summary was requested',
  command: 'closed manually',
}

export function ReadySummary({ batch, summary }: { batch: Batch; summary: Summary }) {
  const { outputs, durations } = summary
  const asleepMs = summary.awakeMs !== null && summary.wallMs !== null ? summary.wallMs - summary.awakeMs : 0
  return (
    <>
      <FailureClusters batch={batch} failures={summary.failures} />
      {outputs.suspicious.length > 0 && (
        <section aria-label="Suspicious outputs">
          <h3 className="section-title">Succeeded with suspicious output</h3>
          <ul className="plain">
            {outputs.suspicious.map((each) => (
              <li key={`${each.ordinal} ${each.file}`}>
                <Note kind="warn" title={each.why}>
                  job {each.ordinal}, <span className="mono">{each.file}</span>
                </Note>
              </li>
            ))}
          </ul>
        </section>
      )}
      {durations && summary.histogram.length > 0 && (
        <section aria-label="Job durations">
          <h3 className="section-title">Job durations</h3>
          <p className="figures tabular">
            <span>
              median <b>{duration(durations.p50Ms)}</b>
            </span>
            <span>
              p95 <b>{duration(durations.p95Ms)}</b>
            </span>
            <span>
              max <b>{duration(durations.maxMs)}</b>
            </span>
            {summary.jobsPerMinute !== null && (
              <span>
                <b>{rate(summary.jobsPerMinute)}</b>
              </span>
            )}
          </p>
          <Histogram buckets={summary.histogram} />
        </section>
      )}
      {summary.slowest.length > 0 && (
        <section aria-label="Slowest jobs">
          <h3 className="section-title">Slowest</h3>
          <ul className="plain">
            {summary.slowest.map((each) => (
              <li key={each.ordinal}>
                <button
                  type="button"
                  className="job-line slow-line"
                  title="Show log"
                  onClick={() => go({ tab: 'log', job: each.ordinal })}
                >
                  <span className="num dim tabular">{each.ordinal}</span>
                  <span className="clip mono">{escaped(each.input)}</span>
                  <span className="num tabular">{duration(each.durationMs)}</span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section aria-label="More figures">
        <h3 className="section-title">More</h3>
        <p className="figures dim tabular">
          {asleepMs > 1_000 && <span>asleep {duration(asleepMs)}</span>}
          {summary.pausedMs > 1_000 && <span>paused {duration(summary.pausedMs)}</span>}
          <span>{countOf(summary.attempts, 'attempt')}</span>
          {summary.interrupted > 0 && <span>{summary.interrupted} interrupted</span>}
          {summary.cluster !== undefined && <span>{escaped(clusterWords(summary.cluster))}</span>}
          {summary.cpuMs !== null && <span>CPU {duration(summary.cpuMs)}</span>}
          {summary.maxRssKb !== null && <span>peak memory {bytes(summary.maxRssKb * 1_024)}</span>}
          <span>logs {bytes(summary.logBytes)}</span>
          {outputs.declared > 0 && (
            <span>
              {outputs.present} of {countOf(outputs.declared, 'output')}, {bytes(outputs.bytes)}
              {outputs.first !== undefined && (
                <ShowInFolder path={outputs.first} words="Show outputs in folder" />
              )}
            </span>
          )}
          <span>{closedWords[summary.closedBy]}</span>
        </p>
        <ReportMenu batch={batch} />
      </section>
    </>
  )
}

const formats = [
  { format: 'html', words: 'HTML page', ending: 'html' },
  { format: 'text', words: 'Plain text', ending: 'txt' },
  { format: 'json', words: 'JSON', ending: 'json' },
] as const

function ReportMenu({ batch }: { batch: Batch }) {
  const save = async (format: (typeof formats)[number]) => {
    const report = await act('report', { batch: batch.id, format: format.format })
    if (!report) return
    const url = URL.createObjectURL(new Blob([report.content], { type: report.mediaType }))
    const link = document.createElement('a')
    link.href = url
    link.download = `slipway-${batch.number}-${batch.type}.${format.ending}`
    link.click()
    URL.revokeObjectURL(url)
  }
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <Button size="compact-sm" variant="default" leftSection={<IconDownload size={14} />}>
          Save report
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {formats.map((each) => (
          <Menu.Item key={each.format} onClick={() => void save(each)}>
            {each.words}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
