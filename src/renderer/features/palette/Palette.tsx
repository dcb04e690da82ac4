/**
 * Owns the command palette and the keys: everything the panel can do, by its name or by its key.
 */

import { Kbd } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { Spotlight, type SpotlightActionGroupData } from '@mantine/spotlight'
import { IconList, IconRefreshAlert, IconSearch } from '@tabler/icons-react'
import { memo, type RefObject, useMemo, useRef, useState } from 'react'
import type { Batch } from '../../../contract/entities.ts'
import { batchName } from '../../../contract/words.ts'
import { batchActions, isRetryable, possibleActions } from '../../store/batch-actions.ts'
import { retryBatches } from '../../store/batch-commands.ts'
import { isSingle, type Keyed, keyFor } from '../../store/key-map.ts'
import { panelActions } from '../../store/panel-actions.ts'
import { showBatch, usePanel } from '../../store/panel-store.ts'
import { useSingleKeys } from '../../store/single-keys.ts'
import { useKeyChanges, useKeyWords } from '../../store/use-keys.ts'
import { statusWord } from '../../ui/StatusMark.tsx'
import { useChosenBatch } from '../../ui/use-batch.ts'

/** The batches that commands and keys act on; read when one is used. */
type Chosen = RefObject<readonly Batch[]>

export function Palette() {
  const chosen = useRef<readonly Batch[]>([])
  chosen.current = useChosenBatches()
  // Neither is drawn again when a job ends.
  return (
    <>
      <Keys chosen={chosen} />
      <Commands chosen={chosen} />
    </>
  )
}

const Commands = memo(function Commands({ chosen }: { chosen: Chosen }) {
  // A closed palette costs nothing, however many batches there are.
  const [open, setOpen] = useState(false)
  const batches = usePanel((s) => (open ? s.server?.batches : undefined))
  const wordsOf = useKeyWords()
  const actions = useMemo(
    () => (open ? paletteGroups(chosen.current, batches, wordsOf) : []),
    [open, chosen, batches, wordsOf],
  )
  return (
    <Spotlight
      actions={actions}
      onSpotlightOpen={() => setOpen(true)}
      onSpotlightClose={() => setOpen(false)}
      shortcut="mod + K"
      limit={40}
      highlightQuery
      scrollable
      maxHeight={420}
      attributes={{ content: { 'aria-label': 'Commands and batches' } }}
      nothingFound="No matches"
      searchProps={{
        leftSection: <IconSearch size={18} aria-hidden />,
        placeholder: 'Search commands and batches',
        'aria-label': 'Commands and batches',
      }}
    />
  )
})

/** The selected batches, else the one in the details pane. */
function useChosenBatches(): readonly Batch[] {
  const selected = usePanel((s) => s.selected)
  const batches = usePanel((s) => s.server?.batches)
  const { batch } = useChosenBatch()
  return useMemo(() => {
    const found = [...selected].flatMap((id) => batches?.get(id) ?? [])
    return found.length > 0 ? found : batch ? [batch] : []
  }, [selected, batches, batch])
}

function paletteGroups(
  chosen: readonly Batch[],
  batches: ReadonlyMap<string, Batch> | undefined,
  wordsOf: ReturnType<typeof useKeyWords>,
): SpotlightActionGroupData[] {
  const [only] = chosen
  const whom = only && chosen.length === 1 ? batchName(only) : `${chosen.length} selected batches`
  const kbd = (keys: string | null) => (keys === null ? undefined : <Kbd size="xs">{keys}</Kbd>)
  return [
    ...(chosen.length > 0
      ? [
          {
            group: whom,
            actions: possibleActions(chosen).map((each) => ({
              id: `batch-${each.id}`,
              label: each.words,
              leftSection: <each.Icon size={18} aria-hidden />,
              rightSection: kbd(wordsOf(each.key, 'Selected batches')),
              onClick: () => each.run(chosen),
            })),
          },
        ]
      : []),
    ...(['Queue', 'Go to', 'Panel'] as const).map((group) => ({
      group,
      actions: panelActions
        .filter((each) => each.group === group)
        .map((each) => ({
          id: each.id,
          label: each.words,
          rightSection: kbd(wordsOf(each.key, 'Everywhere')),
          onClick: each.run,
        })),
    })),
    {
      group: 'Retry failed jobs',
      actions: [...(batches?.values() ?? [])].filter(isRetryable).map((batch) => ({
        id: `retry-${batch.id}`,
        label: `Retry ${batchName(batch)}`,
        description: statusWord(batch.status),
        leftSection: <IconRefreshAlert size={18} aria-hidden />,
        onClick: () => void retryBatches([batch]),
      })),
    },
    {
      group: 'Batches',
      actions: [...(batches?.values() ?? [])].map((batch) => ({
        id: batch.id,
        label: batchName(batch),
        description: statusWord(batch.status),
        leftSection: <IconList size={18} aria-hidden />,
        onClick: () => showBatch(batch),
      })),
    },
  ]
}

type Hotkey = [string, (event: KeyboardEvent) => void, { preventDefault: false }]

/** A sign that needs Shift on some keyboards and not on others counts either way. */
function layouts(key: string): string[] {
  return /(^|\+)[^\p{L}\d]$/u.test(key) ? [key, key.replace(/(.)$/u, 'shift+$1')] : [key]
}

const wordless = ['checkbox', 'radio', 'range', 'button', 'submit', 'reset']

/** True where a letter belongs to the field that has the focus. A switch or a slider takes no letters. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target instanceof HTMLInputElement) return !wordless.includes(target.type)
  return target.isContentEditable || ['TEXTAREA', 'SELECT'].includes(target.tagName)
}

/** Keys rest while a dialog or a menu is open. */
function somethingOpen(): boolean {
  const { dialog, duplicates } = usePanel.getState()
  return (
    dialog !== null ||
    duplicates !== null ||
    document.querySelector('[role="dialog"], [role="menu"]') !== null
  )
}

/** All keys in one place. */
const Keys = memo(function Keys({ chosen }: { chosen: Chosen }) {
  const [single] = useSingleKeys()
  const [changes] = useKeyChanges()
  const hotkey = (key: string, run: () => void): Hotkey => [
    key,
    (event) => {
      if (isTyping(event.target) || somethingOpen()) return
      event.preventDefault()
      run()
    },
    { preventDefault: false },
  ]
  const acting = (usual: string | null, group: Keyed['group']) => {
    const key = keyFor(usual, group, changes)
    return key !== null && (single || !isSingle(key)) ? layouts(key) : []
  }
  const panel = panelActions.flatMap((each) =>
    acting(each.key, 'Everywhere').map((key) => hotkey(key, each.run)),
  )
  const usual = new Set(batchActions.flatMap((each) => each.key ?? []))
  const batch = [...usual].flatMap((each) =>
    acting(each, 'Selected batches').map((key) =>
      hotkey(key, () =>
        possibleActions(chosen.current)
          .find((action) => action.key === each)
          ?.run(chosen.current),
      ),
    ),
  )
  useHotkeys([...panel, ...batch], [])
  return null
})
