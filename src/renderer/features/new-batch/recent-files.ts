/**
 * Owns the configurations used lately in this browser, so that the second time is one click.
 */
const key = 'slipway-recent-files'
const most = 6

/** Paths used lately, newest first; empty when the browser keeps nothing. */
export function recentFiles(): readonly string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? '[]')
    return Array.isArray(kept) ? kept.filter((each) => typeof each === 'string').slice(0, most) : []
  } catch {
    return []
  }
}

/** Puts a path in front. */
export function rememberFile(path: string): void {
  try {
    localStorage.setItem(
      key,
      JSON.stringify([path, ...recentFiles().filter((p) => p !== path)].slice(0, most)),
    )
  } catch {
    // A browser that keeps nothing loses only this convenience.
  }
}
