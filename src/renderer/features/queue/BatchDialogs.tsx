/**
 * Owns the small dialogs that request one value before acting on batches: a reason, a place, a priority.
 */
import { Button, Group, Modal, NumberInput, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { Batch } from '../../../contract/entities.ts'
import { batchNames } from '../../../contract/words.ts'
import { cancelBatches, moveBatches, setPriority } from '../../store/batch-commands.ts'
import { closeDialog, usePanel } from '../../store/panel-store.ts'

export function BatchDialogs() {
  const dialog = usePanel((s) => s.dialog)
  if (dialog?.kind === 'cancel') return <CancelDialog batches={dialog.batches} />
  if (dialog?.kind === 'move') return <MoveDialog batches={dialog.batches} />
  if (dialog?.kind === 'priority') return <PriorityDialog batches={dialog.batches} />
  return null
}

function CancelDialog({ batches }: { batches: readonly Batch[] }) {
  const [reason, setReason] = useState('')
  const running = batches.filter((b) => b.status === 'running').length
  return (
    <Modal opened onClose={closeDialog} title={`Cancel ${batchNames(batches)}?`}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          closeDialog()
          void cancelBatches(batches, reason.trim())
        }}
      >
        <Stack gap="md">
          <Text size="sm">
            {running > 0
              ? 'Its running jobs are stopped. Finished jobs are kept, and you can retry it later.'
              : 'It leaves the queue. You can retry it later from History.'}
          </Text>
          <TextInput
            label="Reason"
            description="Optional; saved with the batch."
            value={reason}
            maxLength={2_000}
            data-autofocus
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={closeDialog}>
              Keep {batches.length === 1 ? 'the batch' : 'them'}
            </Button>
            <Button color="red" type="submit">
              Cancel {batches.length === 1 ? 'the batch' : `${batches.length} batches`}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}

function MoveDialog({ batches }: { batches: readonly Batch[] }) {
  const last = usePanel((s) => s.server?.counts.queued ?? 1)
  const [to, setTo] = useState<number | string>(batches[0]?.position ?? 1)
  const place = Number(to)
  const isValid = Number.isInteger(place) && place >= 1
  return (
    <Modal opened onClose={closeDialog} title={`Move ${batchNames(batches)}`} size="sm">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (!isValid) return
          closeDialog()
          void moveBatches(batches, place)
        }}
      >
        <Stack gap="md">
          <NumberInput
            label="Position"
            description={last === 1 ? 'It is the only batch in the queue.' : `1 is next, ${last} is last.`}
            min={1}
            allowDecimal={false}
            value={to}
            onChange={setTo}
            data-autofocus
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={closeDialog}>
              Cancel
            </Button>
            <Button type="submit" disabled={!isValid}>
              Move
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}

function PriorityDialog({ batches }: { batches: readonly Batch[] }) {
  const [value, setValue] = useState<number | string>(batches[0]?.priority ?? 0)
  const priority = Number(value)
  const isValid = value !== '' && Number.isInteger(priority) && Math.abs(priority) <= 1_000_000
  return (
    <Modal opened onClose={closeDialog} title={`Priority of ${batchNames(batches)}`} size="sm">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (!isValid) return
          closeDialog()
          void setPriority(batches, priority)
        }}
      >
        <Stack gap="md">
          <NumberInput
            label="Priority"
            description="Higher runs first; the default is 0. Equal priorities run in the order they were added."
            allowDecimal={false}
            min={-1_000_000}
            max={1_000_000}
            value={value}
            onChange={setValue}
            data-autofocus
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={closeDialog}>
              Cancel
            </Button>
            <Button type="submit" disabled={!isValid}>
              Set priority
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
