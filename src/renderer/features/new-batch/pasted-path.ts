/**
 * Owns what a person may paste as a path: quoted as in a shell, as a `file://` address, or with `~`. Pure.
 */

/** The path that was meant; `~` stays for `atHome`. */
export function pastedPath(text: string): string {
  const trimmed = text.trim()
  const bare = /^(["'])(.*)\1$/s.exec(trimmed)?.[2] ?? trimmed.replace(/\\([ ()&'"])/g, '$1')
  if (!/^file:\/\//i.test(bare)) return bare
  const path = bare.replace(/^file:\/\/(localhost)?/i, '')
  try {
    // A drive letter comes after a slash: file:///C:/work.
    return decodeURIComponent(path).replace(/^\/([a-z]:)/i, '$1')
  } catch {
    return path
  }
}

/** The path with `~` replaced by the home folder of the host. */
export function atHome(path: string, home: string): string {
  return path === '~' || path.startsWith('~/') ? `${home}${path.slice(1)}` : path
}
