/** `slipway sweep`, `doctor` and `backup`: maintenance. */
import { resolve } from 'node:path'
import type { CommandOutput } from '../../contract/commands.ts'
import type { Finding } from '../../contract/entities.ts'
import { exitCodes } from '../../contract/errors.ts'
import { escaped } from '../../contract/escapes.ts'
import { batchName } from '../../contract/words.ts'
import type { Context } from '../context.ts'
import { EXIT_OK } from '../exit.ts'
import type { Paint } from '../io.ts'
import { statusWord } from '../print/batch.ts'
import { request } from '../session.ts'

/** Runs the finalizer once. */
export function sweep(context: Context): Promise<number> {
  return request(context, 'sweep', {}, ({ closed, finalizer }) => [
    ...closed.map((batch) => `closed ${batchName(batch)}: ${statusWord(batch, context.io.paint)}`),
    `${closed.length === 0 ? 'No batch had to be closed. ' : ''}Rescues so far: ${finalizer.rescues}.`,
  ])
}

/** Checks everything; exit code 6 when something is wrong that was not repaired. */
export function doctor(context: Context, options: { repair: boolean }): Promise<number> {
  return request(
    context,
    'doctor',
    { repair: options.repair },
    (answer) => doctorLines(answer, context.io.paint),
    ({ healthy }) => (healthy ? EXIT_OK : exitCodes.database),
  )
}

const LEVELS: Readonly<
  Record<Finding['level'], { mark: string; colour: 'green' | 'cyan' | 'yellow' | 'red' }>
> = {
  ok: { mark: 'ok     ', colour: 'green' },
  notice: { mark: 'notice ', colour: 'cyan' },
  warning: { mark: 'warning', colour: 'yellow' },
  error: { mark: 'error  ', colour: 'red' },
}

/** The doctor's findings, one a line, then the verdict. */
export function doctorLines(answer: CommandOutput<'doctor'>, paint: Paint): string[] {
  return [
    ...answer.findings.flatMap(({ check, level, message, repaired }) => [
      `${paint(LEVELS[level].colour, LEVELS[level].mark)}  ${escaped(check)}: ${escaped(message)}`,
      ...(repaired === null ? [] : [`         repaired: ${escaped(repaired)}`]),
    ]),
    Object.entries(answer.versions)
      .map(([name, version]) => escaped(`${name} ${version}`))
      .join(', '),
    answer.healthy ? paint('green', 'Healthy.') : paint('red', 'Not healthy.'),
  ]
}

/** Copies the live database. */
export function backup(context: Context, file: string): Promise<number> {
  return request(context, 'backup', { file: resolve(context.cwd, file) }, (answer) => [
    `${escaped(answer.file)}: ${answer.bytes} bytes`,
  ])
}
