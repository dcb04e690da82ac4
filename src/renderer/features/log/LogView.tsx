/**
 * Owns the log on the screen: the window's lines as a virtual list, following, searching, and the slider that leads
 * to any place of a log of any size.
 */
import { useVirtualizer } from '@tanstack/react-virtual'
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { Batch } from '../../../contract/entities.ts'
import { bytes } from '../../../contract/words.ts'
import { AnswerError } from '../../ui/AnswerError.tsx'
import { FilePath } from '../../ui/FilePath.tsx'
import { Note } from '../../ui/Note.tsx'
import { AnsiLine } from './ansi-line.tsx'
import { LogTools } from './LogTools.tsx'
import { failureLine, isBinary, lineAt } from './log-window.ts'
import { useLog } from './use-log.ts'
import { useLogSearch } from './use-log-search.ts'

const linePx = 18
const nearEdgePx = 600
const touchMs = 1_000

export function LogView({ batch, job, chosen }: { batch: Batch; job: number; chosen: boolean }) {
  const [attempt, setAttempt] = useState<number | null>(null)
  const [follow, setFollow] = useState(true)
  const log = useLog({ batch: batch.id, job, attempt }, follow)
  const [marked, setMarked] = useState<number | null>(null)
  const scroller = useRef<HTMLDivElement>(null)
  const { window } = log
  // Only a person's own scrolling ends following; the list scrolls by itself too.
  const touchedAt = useRef(0)
  const touch = () => {
    touchedAt.current = Date.now()
  }
  const virtual = useVirtualizer({
    count: window.lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => linePx,
    overscan: 30,
  })

  // biome-ignore lint/correctness/useExhaustiveDependencies: another job begins at its end, unmarked
  useEffect(() => {
    setFollow(true)
    setMarked(null)
    setAttempt(null)
  }, [batch.id, job])

  // After every drawing: the list learns its height and its place in more than one step.
  useLayoutEffect(() => {
    const element = scroller.current
    if (follow && element) element.scrollTop = element.scrollHeight
  })

  const { lines: addedLines, turn } = log.addedAbove
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each turn
  useLayoutEffect(() => {
    if (scroller.current && turn > 0) scroller.current.scrollTop += addedLines * linePx
  }, [turn])

  const showLine = useCallback(
    (line: number) => {
      setFollow(false)
      setMarked(line)
      requestAnimationFrame(() => {
        virtual.scrollToIndex(line, { align: 'center' })
        // The match may be far to the right of what is on the screen.
        requestAnimationFrame(() =>
          scroller.current
            ?.querySelector('[data-marked="true"] mark')
            ?.scrollIntoView({ block: 'nearest', inline: 'center' }),
        )
      })
    },
    [virtual],
  )
  const showOffset = useCallback(
    async (offset: number) => {
      setFollow(false)
      const inside = offset >= window.from && offset < window.to
      const there = inside ? window : await log.jump(offset)
      if (there) showLine(lineAt(there, offset))
    },
    [window, log.jump, showLine],
  )
  const search = useLogSearch({ batch: batch.id, job, attempt: log.attempt }, showOffset)

  const onScroll = () => {
    const element = scroller.current
    if (!element) return
    const fromEnd = element.scrollHeight - element.scrollTop - element.clientHeight
    if (element.scrollTop < nearEdgePx && window.from > 0 && !follow) log.earlier()
    if (fromEnd < nearEdgePx && window.to < window.size) log.later()
    if (follow && fromEnd > linePx * 3 && Date.now() - touchedAt.current < touchMs) setFollow(false)
  }
  const toFailure = () => {
    const line = failureLine(window.lines)
    if (line !== null) showLine(line)
    return line !== null
  }

  return (
    <div className="log">
      <LogTools
        batch={batch}
        job={job}
        chosen={chosen}
        log={log}
        attempt={attempt ?? log.attempt}
        onAttempt={setAttempt}
        follow={follow}
        onFollow={(on) => {
          setFollow(on)
          if (on) log.toEnd()
        }}
        search={search}
        onFailure={toFailure}
      />
      {log.error && (
        <div className="log-note">
          {log.error.code === 'not-found' ? (
            <Note kind="info" title={log.error.message}>
              {log.error.hint ?? 'The log appears when the job starts.'}
            </Note>
          ) : (
            <AnswerError error={log.error} again={log.toEnd} />
          )}
        </div>
      )}
      {isBinary(window.lines) && (
        <div className="log-note">
          <Note kind="info" title="This output is not text: bytes that can't be shown are escapes." />
        </div>
      )}
      {log.gap && (
        <div className="log-note">
          <Note
            kind="warn"
            title={`${bytes(log.gap.to - log.gap.from)} omitted from the middle: the log exceeds its limit.`}
          />
        </div>
      )}
      <div className="log-body">
        <section
          ref={scroller}
          className="log-lines mono"
          role="log"
          aria-live="off"
          aria-label={`Log of job ${job}`}
          tabIndex={0}
          onScroll={onScroll}
          onWheel={touch}
          onPointerDown={touch}
          onPointerMove={(event) => event.buttons !== 0 && touch()}
          onKeyDown={touch}
        >
          <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
            {virtual.getVirtualItems().map((row) => (
              <div
                key={row.index}
                className="log-line"
                data-marked={row.index === marked}
                style={{ top: row.start }}
              >
                <AnsiLine line={window.lines[row.index] ?? ''} query={search.shownQuery} />
              </div>
            ))}
          </div>
          {!log.loading && !log.error && window.size === 0 && (
            <p className="dim log-empty">{log.open ? 'No output yet.' : 'No output.'}</p>
          )}
        </section>
        {window.size > window.to - window.from && (
          <PlaceSlider from={window.from} size={window.size} onJump={(offset) => void showOffset(offset)} />
        )}
      </div>
      <p className="log-foot dim tabular">
        <span>{bytes(window.size)}</span>
        {window.size > window.to - window.from && (
          <span>
            showing {bytes(window.from)} to {bytes(window.to)}
          </span>
        )}
        {log.open && <span>still running</span>}
        <FilePath path={log.path} mono={false} />
      </p>
    </div>
  )
}

/** Where the window is in the whole log; a vertical range that leads anywhere. */
function PlaceSlider({
  from,
  size,
  onJump,
}: {
  from: number
  size: number
  onJump: (offset: number) => void
}) {
  return (
    <input
      type="range"
      className="log-slider"
      aria-label="Place in the log"
      aria-valuetext={`${Math.round((from / Math.max(1, size)) * 100)} %`}
      min={0}
      max={1_000}
      value={Math.round((from / Math.max(1, size)) * 1_000)}
      onChange={(event) => onJump((Number(event.currentTarget.value) / 1_000) * size)}
    />
  )
}
