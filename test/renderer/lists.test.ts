import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normaliseMessage } from '../../src/contract/failure-message.ts'
import { inLanes } from '../../src/renderer/features/batch/timeline-lanes.ts'
import {
  append,
  chunkBytes,
  failureLine,
  isBinary,
  lineAt,
  openAt,
  prepend,
} from '../../src/renderer/features/log/log-window.ts'
import { dropOrder, nudgeOrder, queueItems } from '../../src/renderer/features/queue/queue-items.ts'
import { formatPlace, parsePlace, tabs, views } from '../../src/renderer/store/place.ts'
import { countMoved } from '../../src/renderer/ui/held-order.ts'
import { clicked, stepped } from '../../src/renderer/ui/list-selection.ts'
import { attemptsOf } from '../e2e/fixtures/jobs-of.ts'
import { buildWorld, makeBatch } from '../e2e/fixtures/world.ts'

const ids = ['a', 'b', 'c', 'd', 'e']
const set = (...of: string[]) => new Set(of)

describe('reordering', () => {
  it('puts what is dragged down behind, and what is dragged up before', () => {
    expect(dropOrder(ids, set('b'), 'b', 'd')).toEqual({ order: ['a', 'c', 'd', 'b', 'e'], place: 4 })
    expect(dropOrder(ids, set('d'), 'd', 'b')).toEqual({ order: ['a', 'd', 'b', 'c', 'e'], place: 2 })
  })
  it('keeps several in their own order', () => {
    expect(dropOrder(ids, set('d', 'a'), 'd', 'b')?.order).toEqual(['a', 'd', 'b', 'c', 'e'])
    expect(nudgeOrder(ids, set('b', 'd'), 1)?.order).toEqual(['a', 'c', 'e', 'b', 'd'])
    expect(nudgeOrder(ids, set('b', 'c'), -1)?.order).toEqual(['b', 'c', 'a', 'd', 'e'])
  })
  it('goes nowhere at the ends, and when dropped on itself', () => {
    expect(nudgeOrder(ids, set('a'), -1)).toBeNull()
    expect(nudgeOrder(ids, set('e'), 1)).toBeNull()
    expect(nudgeOrder(ids, set(...ids), 1)).toBeNull()
    expect(dropOrder(ids, set('a', 'b'), 'a', 'b')).toBeNull()
  })
  it('never loses a batch, and requests the position of the first one', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 2, maxLength: 12 }),
        fc.nat(),
        fc.nat(),
        fc.array(fc.nat(), { maxLength: 4 }),
        (order, active, over, more) => {
          const at = (n: number) => order[n % order.length] ?? ''
          const moved = new Set([at(active), ...more.map(at)])
          const result = dropOrder(order, moved, at(active), at(over))
          if (!result) return
          expect([...result.order].sort()).toEqual([...order].sort())
          expect(moved.has(result.order[result.place - 1] ?? '')).toBe(true)
          expect(result.order.filter((id) => moved.has(id))).toEqual(order.filter((id) => moved.has(id)))
        },
      ),
    )
  })
})

describe('the list of the queue', () => {
  it('shows the running batch first, the stop line behind its batch, and the resting ones last', () => {
    const { batches } = buildWorld('paused')
    const by = (number: number) => makeBatch({ now: 0, nextNumber: 1 }, { number }).id
    const items = queueItems(batches, by(12), [by(13), by(16), by(17)], [by(14), by(15)])
    expect(items.map((i) => (i.kind === 'row' ? Number(i.id.slice(-3)) : i.kind))).toEqual([
      12,
      13,
      16,
      'stop',
      17,
      'heading',
      14,
      15,
    ])
    expect(items[0]).toMatchObject({ sortable: false })
  })
  it('reports how many rows wait while the order is held', () => {
    expect(countMoved(ids, ids)).toBe(0)
    expect(countMoved(ids, [...ids, 'f', 'g'])).toBe(2)
    expect(countMoved(ids, ['a', 'b', 'c', 'd'])).toBe(1)
    expect(countMoved(ids, ['b', 'a', 'c', 'd', 'e'])).toBe(1)
    expect(countMoved(ids, [...ids])).toBe(0)
  })
})

describe('selection', () => {
  const none = { selected: set(), cursor: null, anchor: null }
  it('extends from where it began', () => {
    const first = clicked(none, ids, 'b', { shift: false, toggle: false })
    const down = clicked(first, ids, 'd', { shift: true, toggle: false })
    expect([...down.selected]).toEqual(['b', 'c', 'd'])
    const up = clicked(down, ids, 'a', { shift: true, toggle: false })
    expect([...up.selected]).toEqual(['a', 'b'])
  })
  it('picks single rows', () => {
    const first = clicked(none, ids, 'b', { shift: false, toggle: false })
    const both = clicked(first, ids, 'd', { shift: false, toggle: true })
    expect([...both.selected]).toEqual(['b', 'd'])
    expect([...clicked(both, ids, 'b', { shift: false, toggle: true }).selected]).toEqual(['d'])
  })
  it('steps within the list and never out of it', () => {
    const start = stepped(none, ids, 1, { shift: false, toggle: false })
    expect(start.cursor).toBe('a')
    expect(stepped(start, ids, -1, { shift: false, toggle: false }).cursor).toBe('a')
    expect(stepped(start, ids, Number.POSITIVE_INFINITY, { shift: true, toggle: false }).selected.size).toBe(
      5,
    )
    expect(stepped(start, [], 1, { shift: false, toggle: false })).toBe(start)
  })
})

describe('the place in the URL', () => {
  it('comes back from its hash', () => {
    fc.assert(
      fc.property(
        fc.record({
          view: fc.constantFrom(...views),
          batch: fc.option(fc.integer({ min: 1, max: 1e9 })),
          tab: fc.constantFrom(...tabs),
          job: fc.option(fc.integer({ min: 1, max: 1e6 })),
        }),
        (place) => {
          expect(parsePlace(formatPlace(place))).toEqual(place)
        },
      ),
    )
  })
  it('takes what it does not understand for the start', () => {
    expect(parsePlace('#/nowhere?batch=-3&tab=x&job=1.5')).toEqual(parsePlace(''))
  })
})

describe('the window on a log', () => {
  const text = Array.from({ length: 400 }, (_, i) => `line ${i} ü`).join('\n')
  const all = new TextEncoder().encode(text)
  const chunk = (from: number, to: number) => ({
    from,
    bytes: to - from,
    text: new TextDecoder().decode(all.subarray(from, to)),
  })
  const lines = text.split('\n')

  it('shows whole lines wherever it begins', () => {
    const start = new TextEncoder().encode(lines.slice(0, 100).join('\n')).length - 3
    const window = openAt(chunk(start, all.length), all.length)
    expect(window.lines).toEqual(lines.slice(100))
  })
  it('joins neighbours without losing or doubling a line', () => {
    const half = lines.slice(0, 200).join('\n').length + 203
    const grown = append(openAt(chunk(0, half), half), chunk(half, all.length), all.length)
    expect(grown.lines).toEqual(lines)
    const { window, added } = prepend(openAt(chunk(half, all.length), all.length), chunk(0, half), all.length)
    expect(window.lines).toEqual(lines)
    expect(added).toBe(lines.length - openAt(chunk(half, all.length), all.length).lines.length)
  })
  it('finds the line of a byte', () => {
    const offset = new TextEncoder().encode(`${lines.slice(0, 250).join('\n')}\n`).length
    expect(lineAt(openAt(chunk(0, all.length), all.length), offset + 2)).toBe(250)
    const start = new TextEncoder().encode(lines.slice(0, 100).join('\n')).length - 3
    expect(lineAt(openAt(chunk(start, all.length), all.length), offset + 2)).toBe(150)
  })
  it('stays small however long a log is followed', () => {
    let window = openAt({ from: 0, bytes: 10, text: 'a'.repeat(9).concat('\n') }, 10)
    for (let i = 0; i < 40; i += 1) {
      const from = window.to
      window = append(
        window,
        { from, bytes: chunkBytes, text: 'b'.repeat(chunkBytes - 1).concat('\n') },
        from,
      )
    }
    expect(window.to - window.from).toBeLessThanOrEqual(8 * chunkBytes)
  })
  it('jumps to the beginning of the last traceback', () => {
    const log = [
      'start',
      'Traceback (most recent call last):',
      '  File "x"',
      "KeyError: 'area'",
      'an error',
      'bye',
    ]
    expect(failureLine(log)).toBe(1)
    expect(
      failureLine(['fine', '\u001b[31mTraceback\u001b[0m', '\u001b[1m\u001b[31mKeyError\u001b[0m: area']),
    ).toBe(1)
    expect(failureLine(['all', 'fine'])).toBeNull()
  })
})

describe('the timeline', () => {
  it('puts attempts that overlap in different lanes, and reuses a lane that is free', () => {
    const world = buildWorld('usual')
    const [batch] = world.batches.values()
    if (!batch) throw new Error('no batch')
    const [base] = attemptsOf(batch, world.now, 1)
    if (!base) throw new Error('no attempt')
    const at = (startedAt: number, endedAt: number) => ({ ...base, startedAt, endedAt })
    const { placed, lanes } = inLanes([at(0, 10), at(5, 20), at(10, 15), at(16, 18)])
    expect(placed.map((p) => p.lane)).toEqual([0, 1, 0, 0])
    expect(lanes).toBe(2)
  })
})

describe('failure clusters', () => {
  it('takes messages that differ in numbers and paths for the same', () => {
    expect(normaliseMessage("no column 'area' in data/a-1.csv line 7")).toBe(
      normaliseMessage("no column 'zone' in data/b-22.csv line 81"),
    )
    expect(normaliseMessage('timed out')).not.toBe(normaliseMessage('no such file'))
  })
})

describe('what is no text', () => {
  it('is a NUL, or many bytes that are no UTF-8; a few broken characters are text', () => {
    expect(isBinary(['ELF\u0000\u0001'])).toBe(true)
    expect(isBinary(['\ufffd'.repeat(40)])).toBe(true)
    expect(isBinary(['caf\ufffd', 'fine'])).toBe(false)
    expect(isBinary([])).toBe(false)
  })
})
