/**
 * Owns the key `on`: the place where jobs run, by its name or with what is asked of it. Must never run a command; whether
 * the cluster grants what is asked is checked by launcher/slurm/check-place.ts.
 */
import path from 'node:path'
import { nearest } from '../../contract/nearest.ts'
import { HERE, type JobPlace, type NamedPlaces, type SlurmPlace } from '../../contract/places.ts'
import { fields, filledText, number, oneOrMany, quantity, text, wrong } from './decode.ts'
import { type Place, Problems } from './problem.ts'
import { parseDuration, parseSize } from './quantity.ts'
import { parseSpec, type Value } from './spec-tree.ts'

const SLURM_KEYS = [
  'partition',
  'account',
  'time',
  'cpus',
  'memory',
  'gpus',
  'qos',
  'extra',
  'folder',
  'at-once',
  'lost-after',
] as const

/** What Slipway says to sbatch itself: a second answer would take it away the means to find its jobs again. */
const ours =
  /^(-[aJoeWHDd]|--(array|job-name|output|error|input|wait|wrap|hold|chdir|dependency|requeue|no-requeue|parsable|comment|export|export-file|signal|test-only|time-min|array-inx|open-mode)($|=))/

const DURATION = 'a duration such as 10m, 2h or 1d'
const SIZE = 'a size such as 800MB or 16GB'
const defaults: SlurmPlace = {
  partition: null,
  account: null,
  qos: null,
  timeMs: null,
  cpus: null,
  memoryMb: null,
  gpus: null,
  extra: [],
  folder: null,
  atOnce: 500,
  lostAfterMs: 180_000,
}

/**
 * Reads `on`; null is this machine. `places`: those of the settings; undefined where the batch exists already, and with it
 * its place.
 */
export function readOn(value: Value, places: NamedPlaces | undefined, problems: Problems): JobPlace | null {
  if (value.kind === 'mapping') {
    const slurm = fields(value, 'on', ['slurm'], problems)?.get('slurm')?.value
    if (slurm !== undefined) return { name: 'slurm', slurm: readSlurm(slurm, problems) }
    if (value.entries.length === 0) wrong(value, 'the name of a place, or a mapping with slurm', problems)
    return null
  }
  const name = filledText(value, 'the name of a place, or a mapping with slurm', problems)?.text
  return name === undefined ? null : named(name, value.place, places, problems)
}

/** The place with this name, as it stands in the settings now. */
export function named(
  name: string,
  place: Place,
  places: NamedPlaces | undefined,
  problems: Problems,
): JobPlace | null {
  if (name === HERE || places === undefined) return null
  const stored = Object.hasOwn(places, name) ? places[name] : undefined
  if (stored !== undefined) return { name, slurm: storedSlurm(name, stored.slurm, place, problems) }
  if (name === 'slurm') return { name, slurm: defaults }
  const known = [HERE, 'slurm', ...Object.keys(places)]
  const message = `there is no place "${name}"; known are ${known.join(', ')} (slipway settings places)`
  const suggestion = nearest(name, known)
  problems.add(place, { found: name, expected: `one of ${known.join(', ')}`, message, suggestion })
  return null
}

/** Read as if it stood in the file, so that there is one judge of it; what is wrong with it is reported where it is named. */
function storedSlurm(name: string, stored: unknown, place: Place, problems: Problems): SlurmPlace {
  const found = new Problems()
  const tree = parseSpec(JSON.stringify(stored), 'settings', found)
  const slurm = tree === undefined ? defaults : readSlurm(tree, found)
  for (const { found: what, expected, message } of found.list())
    problems.add(place, { found: what, expected, message: `the setting places, "${name}": ${message}` })
  return slurm
}

function readSlurm(value: Value, problems: Problems): SlurmPlace {
  if (value.kind === 'nothing') return defaults
  const entries = fields(value, 'slurm', SLURM_KEYS, problems)
  const read = <T>(key: (typeof SLURM_KEYS)[number], reader: (value: Value) => T | undefined): T | null => {
    const given = entries?.get(key)?.value
    return (given && reader(given)) ?? null
  }
  const word = (given: Value) => readWord(given, problems)
  const duration = (given: Value) => {
    const ms = quantity(given, parseDuration, DURATION, 'm', problems)
    return ms !== undefined && ms < 1_000 ? wrong(given, `${DURATION}, of a second at least`, problems) : ms
  }
  const bytes = read('memory', (given) => quantity(given, parseSize, SIZE, 'GB', problems))
  return {
    partition: read('partition', word),
    account: read('account', word),
    qos: read('qos', word),
    timeMs: read('time', duration),
    cpus: read('cpus', (given) => number(given, { min: 1, max: 4_096 }, problems)),
    memoryMb: bytes === null ? null : Math.max(1, Math.ceil(bytes / 2 ** 20)),
    gpus: read('gpus', word),
    extra:
      read('extra', (given) => oneOrMany(given).flatMap((item) => readExtra(item, problems) ?? [])) ?? [],
    folder: read('folder', (given) => readFolder(given, problems)),
    atOnce: read('at-once', (given) => number(given, { min: 1, max: 10_000 }, problems)) ?? defaults.atOnce,
    lostAfterMs: read('lost-after', duration) ?? defaults.lostAfterMs,
  }
}

/** A value of an argument of sbatch. */
function readWord(value: Value, problems: Problems): string | undefined {
  const scalar = filledText(value, 'a name', problems)
  if (scalar === undefined) return undefined
  return /^[^\s-]\S*$/.test(scalar.text) ? scalar.text : wrong(value, 'a name without spaces', problems)
}

/** Seen by the nodes under the same name. */
function readFolder(value: Value, problems: Problems): string | undefined {
  const scalar = filledText(value, 'a folder that the nodes share', problems)
  if (scalar === undefined || path.posix.isAbsolute(scalar.text)) return scalar?.text
  return wrong(value, 'a whole path, which the nodes know by the same name', problems)
}

function readExtra(value: Value, problems: Problems): string | undefined {
  const scalar = text(value, 'an argument of sbatch such as --exclusive', problems)
  if (scalar === undefined) return undefined
  if (!scalar.text.startsWith('-') || /[\n\0]/.test(scalar.text))
    return wrong(value, 'an argument of sbatch that begins with "-", such as --constraint=avx2', problems)
  return ours.test(scalar.text)
    ? wrong(value, 'an argument that Slipway does not set itself', problems)
    : scalar.text
}
