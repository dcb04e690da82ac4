/** Checks that the clusters a submit names would take its jobs: each once, before anything exists. */
import type { Configuration } from '../configuration/configuration.ts'
import type { BatchPlan } from '../configuration/plan.ts'
import { type ConfigurationProblem, Problems } from '../configuration/problem.ts'
import { checkPlace } from '../launcher/slurm/check-place.ts'
import { slurmHere } from '../launcher/slurm/slurm-command.ts'

export async function placeProblems(
  { batchTypes, specPath }: Configuration,
  plans: readonly BatchPlan[],
): Promise<ConfigurationProblem[]> {
  const problems = new Problems()
  const checked = new Set<string>()
  for (const { type, options } of plans) {
    const key = JSON.stringify(options.place)
    if (options.place === null || checked.has(key)) continue
    checked.add(key)
    const fault = await checkPlace(options.place.slurm, slurmHere(process.env))
    const place = batchTypes.find((one) => one.type === type)?.place ?? { file: specPath, path: 'batches' }
    if (fault !== null)
      problems.add({ ...place, path: `${place.path}.on` }, { ...fault, suggestion: fault.suggestion })
  }
  return problems.list()
}
