/** A batch to print in tests. */
import type { Batch } from '../../src/contract/entities.ts'

export function aBatch(changes: Partial<Batch> = {}): Batch {
  return {
    id: '0b8e1c1e-0000-4000-8000-000000000012',
    number: 12,
    configuration: 'flood-2026',
    type: 'portfolio',
    status: 'queued',
    position: 1,
    priority: 0,
    duplicateOf: null,
    range: null,
    jobs: { total: 120, pending: 77, running: 0, succeeded: 41, failed: 2, cancelled: 0 },
    createdAt: 0,
    startedAt: null,
    completedAt: null,
    error: null,
    reason: null,
    cause: null,
    queuedAt: 0,
    lastJobFinishedAt: null,
    sealed: true,
    expands: 'when-added',
    specPath: '/p/flood.slipway.yaml',
    projectPath: '/p',
    pausing: false,
    waitsFor: null,
    continues: null,
    seen: true,
    stopAfter: false,
    ...changes,
  }
}
