/**
 * Owns choosing a configuration: by its path, from those used lately, or by walking through folders.
 */
import { Button, TextInput } from '@mantine/core'
import { IconArrowUp, IconFileCode, IconFolder, IconFolderOpen } from '@tabler/icons-react'
import { useState } from 'react'
import { request } from '../../api/current.ts'
import { AnswerError } from '../../ui/AnswerError.tsx'
import { useAnswer } from '../../ui/use-answer.ts'
import { atHome, pastedPath } from './pasted-path.ts'
import { recentFiles } from './recent-files.ts'

export function ChooseFile({ onChoose }: { onChoose: (file: string) => void }) {
  const [path, setPath] = useState('')
  const [folder, setFolder] = useState<string | null>(null)
  const recent = recentFiles()
  // A folder is opened below; everything else is taken for a configuration, which says what is wrong with it.
  const open = async (typed: string) => {
    const meant = pastedPath(typed)
    const home = meant.startsWith('~') ? await request('browse', {}) : undefined
    const file = home?.ok ? atHome(meant, home.value.folder) : meant
    const found = await request('browse', { folder: file })
    if (found.ok) setFolder(found.value.folder)
    else onChoose(file)
  }
  const pick = window.slipwayDesktop?.pickConfiguration
  return (
    <div className="choose">
      <form
        className="choose-path"
        onSubmit={(event) => {
          event.preventDefault()
          if (path.trim()) void open(path)
        }}
      >
        <TextInput
          style={{ flex: 1 }}
          label="Configuration file"
          placeholder="/home/you/project/flood.slipway.yaml"
          value={path}
          data-autofocus
          onChange={(event) => setPath(event.currentTarget.value)}
        />
        <Button type="submit" disabled={path.trim() === ''}>
          Preview
        </Button>
        {pick && (
          <Button
            variant="default"
            leftSection={<IconFolderOpen size={16} />}
            onClick={() => {
              void pick().then((chosen) => chosen !== null && onChoose(chosen))
            }}
          >
            Browse…
          </Button>
        )}
      </form>
      {recent.length > 0 && (
        <section aria-label="Recent files">
          <h3 className="section-title">Recent files</h3>
          <ul className="plain">
            {recent.map((file) => (
              <li key={file}>
                <button type="button" className="browse-entry" onClick={() => onChoose(file)}>
                  <IconFileCode size={16} aria-hidden />
                  <span className="clip">{file}</span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      <Browser folder={folder} onFolder={setFolder} onChoose={onChoose} />
    </div>
  )
}

function Browser({
  folder,
  onFolder: setFolder,
  onChoose,
}: {
  folder: string | null
  onFolder: (folder: string | null) => void
  onChoose: (file: string) => void
}) {
  const answer = useAnswer('browse', folder === null ? {} : { folder })
  const place = answer.value
  return (
    <section aria-label="Folders" className="browse">
      <div className="browse-head">
        <h3 className="section-title">On this workstation</h3>
        <span className="clip mono dim">{place?.folder}</span>
      </div>
      {answer.error && (
        <AnswerError
          error={answer.error}
          again={() => (folder === null ? answer.again() : setFolder(null))}
        />
      )}
      <ul className="plain browse-list">
        {place?.parent != null && (
          <li>
            <button type="button" className="browse-entry" onClick={() => setFolder(place.parent)}>
              <IconArrowUp size={16} aria-hidden />
              <span>Parent folder</span>
            </button>
          </li>
        )}
        {place?.entries.map((entry) => (
          <li key={entry.path}>
            <button
              type="button"
              className="browse-entry"
              data-kind={entry.kind}
              onClick={() => (entry.kind === 'folder' ? setFolder(entry.path) : onChoose(entry.path))}
            >
              {entry.kind === 'folder' ? (
                <IconFolder size={16} aria-hidden />
              ) : (
                <IconFileCode size={16} aria-hidden />
              )}
              <span className="clip">{entry.name}</span>
            </button>
          </li>
        ))}
      </ul>
      {place && !place.entries.some((e) => e.kind === 'configuration') && (
        <p className="dim browse-none">No configurations (*.slipway.yaml) in this folder.</p>
      )}
    </section>
  )
}
