import { describe, expect, test } from 'vitest'
import { pause } from '../../../src/core/commands/pause.ts'
import { resume } from '../../../src/core/commands/resume.ts'
import { stopAfter } from '../../../src/core/commands/stop-after.ts'
import { eventsPage } from '../../../src/core/queue/job-queries.ts'
import { readMark } from '../../../src/core/queue/settings-store.ts'
import { aScope } from './a-scope.ts'

describe('a command for the queue that changes nothing', () => {
  const reports = (scope: ReturnType<typeof aScope>) =>
    eventsPage(scope.db, { limit: 100 })
      .filter(({ kind }) => /^(queue|stop)_/.test(kind))
      .map(({ kind, details }) => [kind, details.now ?? null, details.already ?? false])

  test('keeps the pause as it was, and leaves an event all the same', () => {
    const scope = aScope()
    pause(scope, { now: false, reason: 'lunch' })
    const first = readMark(scope.db, 'queue-paused')
    const later = { ...scope, context: { ...scope.context, actor: 'ben', at: scope.context.at + 1 } }
    pause(later, { now: false, reason: 'supper' })
    expect(readMark(scope.db, 'queue-paused')).toEqual(first)
    pause(later, { now: true })
    expect(readMark(scope.db, 'queue-paused')).toEqual({ ...first, now: true })
    pause(later, { now: true })
    pause(later, { now: false })
    expect(readMark(scope.db, 'queue-paused')).toEqual({ ...first, now: true })
    expect(reports(scope)).toEqual([
      ['queue_paused', false, false],
      ['queue_paused', false, true],
      ['queue_paused', true, false],
      ['queue_paused', true, true],
      ['queue_paused', false, true],
    ])
  })

  test('leaves an event where the queue was not paused, or no mark was set', () => {
    const scope = aScope()
    pause(scope, { now: false })
    resume(scope, { ignoreAfter: false })
    resume(scope, { ignoreAfter: false })
    stopAfter(scope, { batch: null })
    expect(readMark(scope.db, 'queue-paused')).toBeUndefined()
    expect(reports(scope)).toEqual([
      ['queue_paused', false, false],
      ['queue_resumed', null, false],
      ['queue_resumed', null, true],
      ['stop_after_cleared', null, true],
    ])
  })
})
