/** The Python client under a real Python, and in a real Jupyter kernel, against the built command line. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { root, startProcess } from './slipway.ts'

const client = join(root, 'clients/python')
const folder = mkdtempSync(join(tmpdir(), 'slipway-python-'))
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))

/** The first interpreter that can import all of these. Debian's packages are for Debian's Python, which may not be first. */
const pythonWith = (...modules: string[]): string | undefined =>
  ['python3', '/usr/bin/python3'].find(
    (python) => spawnSync(python, ['-c', `import ${['sys', ...modules].join(', ')}`]).status === 0,
  )
const python = pythonWith('ipykernel', 'jupyter_client') ?? pythonWith()
const jupyter = pythonWith('nbconvert', 'ipykernel')

const env = {
  ...process.env,
  SLIPWAY: join(root, 'bin/slipway'),
  SLIPWAY_NODE: process.execPath,
  SLIPWAY_HOME: join(folder, 'home'),
  PYTHONPATH: client,
  PYTHONDONTWRITEBYTECODE: '1',
}
const run = (command: string, args: string[], cwd: string) => startProcess(command, args, { cwd, env }).ended
/** Each of these starts the command line a hundred times. */
const patience = { timeout: 900_000 }

describe.skipIf(python === undefined)('the Python client (skipped where there is no python3)', () => {
  test.each(['submit', 'batch', 'dialog', 'notebook', 'server', 'pandas'])('%s', patience, async (name) => {
    const ended = await run(python ?? '', ['-m', 'unittest', '-v', `tests.test_${name}`], client)
    expect(ended.code, ended.err + ended.out).toBe(0)
    expect(ended.err).toMatch(/Ran \d+ tests? in/)
  })
})

describe.skipIf(jupyter === undefined)(
  'examples/notebook.ipynb (skipped where there is no jupyter-nbconvert)',
  () => {
    const convert = () =>
      run(
        jupyter ?? '',
        [
          '-m',
          'nbconvert',
          '--to',
          'notebook',
          '--execute',
          '--stdout',
          join(root, 'examples/notebook.ipynb'),
        ],
        folder,
      )
    type Output = { output_type: string; data?: Record<string, string | string[]> }
    type Cell = { cell_type: string; outputs?: Output[] }

    test(
      'runs from the first cell to the last, and a second time stops before it creates anything',
      patience,
      async () => {
        const first = await convert()
        expect(first.code, first.err).toBe(0)
        const { cells } = JSON.parse(first.out) as { cells: Cell[] }
        const shown = cells
          .flatMap(({ outputs = [] }) => outputs)
          .map(({ data }) => JSON.stringify(data ?? {}))
        expect(shown.join('\n')).toContain('completed with errors: 9 of 9, 3 failed')
        expect(shown.join('\n')).toContain('aria-valuenow=\\"100\\"')

        const second = await convert()
        expect(second.code).not.toBe(0)
        expect(second.err).toContain('BatchExists')
        expect(second.err).toMatch(/#1 +interest +completed with errors +9 of 9/)
        const listed = await run(env.SLIPWAY, ['list', '--all', '--json'], folder)
        expect((JSON.parse(listed.out) as { batches: unknown[] }).batches).toHaveLength(1)
      },
    )

    test('is kept without output', () => {
      const { cells } = JSON.parse(readFileSync(join(root, 'examples/notebook.ipynb'), 'utf8')) as {
        cells: Cell[]
      }
      for (const { outputs = [] } of cells) expect(outputs).toEqual([])
    })
  },
)
