/**
 * Owns the place in the URL's hash: `#/queue?batch=12&tab=log&job=3`. Pure in both directions, so that a link
 * or the Back button leads to exactly what was seen. Must never read or write the location itself.
 */

export const views = ['queue', 'history', 'health', 'settings'] as const
export type View = (typeof views)[number]

export const tabs = ['summary', 'jobs', 'log', 'timeline', 'events'] as const
export type Tab = (typeof tabs)[number]

export type Place = {
  view: View
  /** Number of the batch in the details pane. */
  batch: number | null
  tab: Tab
  /** Ordinal of the job whose log is shown. */
  job: number | null
}

const startPlace: Place = { view: 'queue', batch: null, tab: 'summary', job: null }

/** Reads a hash; whatever is not understood becomes the default, never an error. */
export function parsePlace(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?')
  const params = new URLSearchParams(query)
  return {
    view: views.find((v) => v === path) ?? startPlace.view,
    batch: positive(params.get('batch')),
    tab: tabs.find((t) => t === params.get('tab')) ?? startPlace.tab,
    job: positive(params.get('job')),
  }
}

/** Writes a place as a hash, leaving out what is the default. */
export function formatPlace(place: Place): string {
  const params = new URLSearchParams()
  if (place.batch !== null) params.set('batch', String(place.batch))
  if (place.tab !== startPlace.tab) params.set('tab', place.tab)
  if (place.job !== null) params.set('job', String(place.job))
  const query = params.toString()
  return `#/${place.view}${query ? `?${query}` : ''}`
}

function positive(text: string | null): number | null {
  const value = Number(text)
  return Number.isInteger(value) && value > 0 ? value : null
}
