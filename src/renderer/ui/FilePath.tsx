/**
 * Owns a path on the screen, and the way to the file where the host has a file manager (the desktop app).
 */
export function FilePath({ path, mono = true }: { path: string; mono?: boolean }) {
  const reveal = window.slipwayDesktop?.reveal
  return (
    <>
      <span className={mono ? 'mono' : 'clip'} title={path}>
        {path}
      </span>
      {reveal && (
        <button type="button" className="link-button file-reveal" onClick={() => reveal(path)}>
          Show in its folder
        </button>
      )}
    </>
  )
}
