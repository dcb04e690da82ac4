/**
 * Owns dropping a configuration anywhere on the panel. Only the desktop host knows a dropped file's path; in
 * a browser the panel shows what to do instead.
 */
import { notifications } from '@mantine/notifications'
import { useEffect, useState } from 'react'
import { openDialog } from '../store/panel-store.ts'

export function FileDrop() {
  const [over, setOver] = useState(false)
  useEffect(() => {
    const carriesFile = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false
    const enter = (event: DragEvent) => {
      if (!carriesFile(event)) return
      event.preventDefault()
      setOver(true)
    }
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false)
    }
    const drop = (event: DragEvent) => {
      setOver(false)
      const file = event.dataTransfer?.files[0]
      if (!file) return
      event.preventDefault()
      const path = window.slipwayDesktop?.pathOf?.(file) ?? null
      if (path === null)
        notifications.show({
          title: 'Browsers hide where a dropped file is.',
          message: `Choose ${file.name} below, or type its path.`,
          withBorder: true,
        })
      openDialog({ kind: 'new-batch', file: path })
    }
    window.addEventListener('dragover', enter)
    window.addEventListener('dragleave', leave)
    window.addEventListener('drop', drop)
    return () => {
      window.removeEventListener('dragover', enter)
      window.removeEventListener('dragleave', leave)
      window.removeEventListener('drop', drop)
    }
  }, [])
  return over ? <div className="drop-veil">Drop a configuration to preview it</div> : null
}
