/**
 * Owns the way to new batches: choose a configuration, see what it would run, and only then create anything.
 */
import { Modal } from '@mantine/core'
import { useState } from 'react'
import { closeDialog, usePanel } from '../../store/panel-store.ts'
import { ChooseFile } from './ChooseFile.tsx'
import { PreviewStep } from './PreviewStep.tsx'
import './new-batch.css'

export function NewBatchDialog() {
  const dialog = usePanel((s) => s.dialog)
  if (dialog?.kind !== 'new-batch') return null
  return <Open key={dialog.file ?? ''} start={dialog.file} />
}

function Open({ start }: { start: string | null }) {
  const [file, setFile] = useState<string | null>(start)
  return (
    <Modal opened onClose={closeDialog} size={860} title="New batch" classNames={{ body: 'new-batch' }}>
      {file === null ? (
        <ChooseFile onChoose={setFile} />
      ) : (
        <PreviewStep file={file} onBack={() => setFile(null)} />
      )}
    </Modal>
  )
}
