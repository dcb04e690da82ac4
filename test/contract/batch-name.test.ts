import { describe, expect, it } from 'vitest'
import { batchName as onTheTerminal } from '../../src/cli/print/batch.ts'
import { batchName, typeAndRange } from '../../src/contract/batch-name.ts'
import { batchName as inSentences } from '../../src/core/insight/phrases.ts'
import { batchName as inThePanel } from '../../src/renderer/ui/format-count.ts'

const evolve = { number: 12, configuration: 'flood-2026', type: 'evolve', range: { start: 1, end: 900 } }

describe('the name of a batch', () => {
  it('has its range, where it has one', () => {
    expect(typeAndRange(evolve)).toBe('evolve 1-900')
    expect(batchName(evolve)).toBe('#12 flood-2026 / evolve 1-900')
    expect(typeAndRange({ ...evolve, range: { start: -5, end: -3 } })).toBe('evolve -5..-3')
    expect(batchName({ ...evolve, range: null })).toBe('#12 flood-2026 / evolve')
  })

  it('is the same on the terminal and in sentences, and in the panel but for the dot', () => {
    expect(onTheTerminal(evolve)).toBe(batchName(evolve))
    expect(inSentences(evolve)).toBe(batchName(evolve))
    expect(inThePanel(evolve)).toBe(batchName(evolve).replace(' / ', ' · '))
  })

  it('obeys no control character on the terminal and in sentences', () => {
    const harmful = { ...evolve, type: '\u001b[2J' }
    expect(onTheTerminal(harmful)).toBe('#12 flood-2026 / \\e[2J 1-900')
    expect(inSentences(harmful)).toBe('#12 flood-2026 / \ufffd[2J 1-900')
  })
})
