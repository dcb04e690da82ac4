/** Names at the end of a run what took longest: fifteen files and fifteen tests, each with its seconds. */
import type { Reporter, TestCase, TestModule } from 'vitest/node'

const named = 15

export default class Slowest implements Reporter {
  readonly #tests: { name: string; ms: number }[] = []
  readonly #files: { name: string; ms: number }[] = []

  onTestCaseResult(test: TestCase): void {
    const ms = test.diagnostic()?.duration ?? 0
    this.#tests.push({ name: `${test.module.relativeModuleId} > ${test.fullName}`, ms })
  }

  onTestModuleEnd(module: TestModule): void {
    this.#files.push({ name: module.relativeModuleId, ms: module.diagnostic().duration })
  }

  onTestRunEnd(): void {
    // A few files that somebody runs by hand are no suite.
    if (this.#files.length <= named) return
    for (const [what, all] of Object.entries({ files: this.#files, tests: this.#tests })) {
      console.log(`\nslowest ${what}:`)
      for (const { name, ms } of all.sort((a, b) => b.ms - a.ms).slice(0, named))
        console.log(`${(ms / 1_000).toFixed(1).padStart(7)} s  ${name}`)
    }
  }
}
