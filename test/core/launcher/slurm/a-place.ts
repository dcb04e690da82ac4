import type { SlurmPlace } from '../../../../src/contract/places.ts'

/** A cluster of which nothing is asked. */
export const aPlace: SlurmPlace = {
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
  lostAfterMs: 12_000,
}
