/**
 * Owns a path on the screen, and the way to the file where the host has a file manager (the desktop app).
 */
export function FilePath({ path, mono = true }: { path: string; mono?: boolean }) {
  return (
    <>
      <span className={mono ? 'mono' : 'clip'} title={path}>
        {path}
      </span>
      <ShowInFolder path={path} words="Show in folder" />
    </>
  )
}

/** Nothing where there is no file manager. */
export function ShowInFolder({ path, words }: { path: string; words: string }) {
  const reveal = window.slipwayDesktop?.reveal
  if (!reveal) return null
  return (
    <button type="button" className="link-button file-reveal" onClick={() => reveal(path)}>
      {words}
    </button>
  )
}
