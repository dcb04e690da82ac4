/**
 * Owns what a job is and how its attempts ended: its command to copy, its folder, and each attempt with its end in words.
 */
import { Button, CopyButton, Group } from '@mantine/core'
import { commandLine, shells } from '../../../contract/command-lines.ts'
import type { CommandOutput } from '../../../contract/commands.ts'
import { escaped, shellWords } from '../../../contract/escapes.ts'
import { exitWords } from '../../../contract/exit-words.ts'
import { moment } from '../../../contract/moments.ts'
import { bytes, duration } from '../../../contract/words.ts'
import { useHourCycle, useNow } from '../../ui/clock-hooks.ts'
import { FilePath } from '../../ui/FilePath.tsx'

type JobAnswer = CommandOutput<'job'>

export function JobDetails({ answer }: { answer: JobAnswer }) {
  const { job, argv, cwd, attempts } = answer
  return (
    <section aria-label="Job details" className="job-details scroll" tabIndex={0}>
      <dl>
        <dt className="dim">Command</dt>
        <dd>
          <code className="job-command">{shellWords(argv, cwd)}</code>
          <Group gap={4}>
            <span className="dim">Copy for</span>
            {shells.map((shell) => (
              <CopyButton key={shell} value={commandLine(argv, shell)}>
                {({ copied, copy }) => (
                  <Button size="compact-xs" variant="default" onClick={copy} aria-label={`Copy for ${shell}`}>
                    {copied ? 'Copied' : shell}
                  </Button>
                )}
              </CopyButton>
            ))}
          </Group>
        </dd>
        <dt className="dim">Folder</dt>
        <dd>
          <FilePath path={cwd} />
        </dd>
        <dt className="dim">Input</dt>
        <dd className="mono">{escaped(job.input)}</dd>
        {attempts.length > 0 && (
          <>
            <dt className="dim">Attempts</dt>
            <dd>
              <ol className="plain tabular">
                {attempts.map((attempt) => (
                  <AttemptLine key={attempt.number} attempt={attempt} />
                ))}
              </ol>
            </dd>
          </>
        )}
      </dl>
    </section>
  )
}

function AttemptLine({ attempt }: { attempt: JobAnswer['attempts'][number] }) {
  const now = useNow()
  const cycle = useHourCycle()
  const { number, outcome, endedAt, awakeMs, userMs, systemMs, maxRssKb, error } = attempt
  const parts = [
    `${number}: ${outcome}`,
    exitWords(attempt.exitCode, attempt.signal),
    `ended ${moment(endedAt, now, cycle, true)} after ${duration(awakeMs)}`,
    userMs === null || systemMs === null ? null : `CPU ${duration(userMs + systemMs)}`,
    maxRssKb === null ? null : `peak memory ${bytes(maxRssKb * 1_024)}`,
  ].filter((part) => part !== null)
  return (
    <li>
      {parts.join(' · ')}
      {error !== null && <span className="bad"> {escaped(error)}</span>}
    </li>
  )
}
