/**
 * Owns the menu of what can be done to batches, opened from a row, the details pane or by a right click.
 */
import { Kbd, Menu } from '@mantine/core'
import { Fragment } from 'react'
import type { Batch } from '../../contract/entities.ts'
import { possibleActions } from '../store/batch-actions.ts'
import { useKeyWords } from '../store/use-keys.ts'
import { DotsButton } from './DotsButton.tsx'

export function BatchMenu({
  batches,
  label,
  opened,
  onChange,
  tabIndex,
}: {
  batches: () => readonly Batch[]
  label: string
  opened: boolean
  onChange: (opened: boolean) => void
  tabIndex?: number
}) {
  const button = (
    <DotsButton
      label={label}
      opened={opened}
      {...(tabIndex === undefined ? {} : { tabIndex })}
      onClick={(event) => {
        event.stopPropagation()
        onChange(!opened)
      }}
    />
  )
  // A closed menu costs nothing: there is one of these in every row.
  if (!opened) return button
  const list = batches()
  const actions = possibleActions(list)
  return (
    <Menu opened onChange={onChange} position="bottom-end" shadow="md" withinPortal returnFocus>
      <Menu.Target>{button}</Menu.Target>
      <Menu.Dropdown onClick={(event) => event.stopPropagation()} onPointerDown={(e) => e.stopPropagation()}>
        {list.length > 1 && <Menu.Label>{list.length} batches</Menu.Label>}
        {actions.map((action, index) => (
          <Fragment key={action.id}>
            {index > 0 && actions[index - 1]?.group !== action.group && <Menu.Divider />}
            <Menu.Item
              {...(action.danger ? { className: 'menu-danger' } : {})}
              leftSection={<action.Icon size={16} aria-hidden />}
              rightSection={<ActionKey usual={action.key} />}
              onClick={() => action.run(list)}
            >
              {action.words}
            </Menu.Item>
          </Fragment>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

function ActionKey({ usual }: { usual: string | null }) {
  const words = useKeyWords()(usual, 'Selected batches')
  return words === null ? null : <Kbd size="xs">{words}</Kbd>
}
