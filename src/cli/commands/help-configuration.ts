/** `slipway help configuration`: every key with its meaning and an example, from the list that the editors' schema is made of. */
import { batchKeys, overKeys } from '../../contract/batch-keys.ts'
import type { Context } from '../context.ts'
import { EXIT_OK } from '../exit.ts'
import { printJson, printLines } from '../session.ts'

/** Prints the keys of a configuration, of a batch and of its `over`. */
export async function helpConfiguration(context: Context): Promise<number> {
  if (context.json) await printJson(context, { topKeys, batchKeys, overKeys })
  else
    await printLines(context, [
      'A configuration is a file such as flood.slipway.yaml:',
      '',
      ...keyLines(topKeys),
      '',
      'Each entry of batches has type and run, and any of the other keys:',
      '',
      ...keyLines(batchKeys),
      '',
      'over has exactly one source:',
      '',
      ...keyLines(overKeys),
      '',
      'Placeholders of a file are {input} {name} {stem} {ext} {dir}, of a row its columns, of a value {input};',
      'every job has {index} {number} {batch}. {{ is a brace. slipway init writes a file to begin with.',
    ])
  return EXIT_OK
}

const topKeys = {
  configuration: { about: "The name shown to people; the file's name by default", example: 'flood-2026' },
  variables: { about: 'Usable in every command; --var overrides', example: '{ out: results }' },
  batches: { about: 'What is to be run, in this order', example: '[{ type: greet, run: [echo, hello] }]' },
}

type Keys = Readonly<Record<string, { about: string; example: string }>>

function keyLines(keys: Keys): string[] {
  return Object.entries(keys).flatMap(([key, { about, example }]) => [
    `  ${key}: ${example}`,
    `      ${about}`,
  ])
}
