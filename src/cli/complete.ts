/**
 * Owns what may stand where the cursor is, decided from the definitions of the commands themselves. Pure: what has to be
 * looked up (batches, the types of a file) is only named.
 */
import type { Command, Option } from 'commander'
import { settingKeys } from '../contract/settings.ts'

/** One word that fits, and what it stands for. */
export type Candidate = { word: string; about: string }

export type Completion =
  | { kind: 'words'; candidates: Candidate[] }
  | { kind: 'files' }
  | { kind: 'batches' }
  /** Of this configuration. */
  | { kind: 'types'; file: string }

const help: Candidate = { word: '--help', about: 'show help' }
const nothing: Completion = { kind: 'words', candidates: [] }

/** `before`: the words behind `slipway`, up to the one that is being written. */
export function completionOf(program: Command, before: readonly string[], current: string): Completion {
  let command = program
  const given: string[] = []
  let pending: Option | undefined
  for (const word of before) {
    if (word === '--') return { kind: 'files' }
    if (pending !== undefined && !word.startsWith('-')) {
      if (!pending.variadic) pending = undefined
      continue
    }
    pending = undefined
    const below = given.length === 0 ? command.commands.find((one) => one.name() === word) : undefined
    if (word.startsWith('-')) pending = valueOption(command, word)
    else if (below !== undefined) command = below
    else given.push(word)
  }
  if (pending !== undefined && !(pending.optional && current.startsWith('-'))) return ofOption(pending)
  if (current.startsWith('-')) return words(optionsOf(program, command))
  if (command.commands.length > 0 && given.length === 0) return words(commandsOf(program, command))
  return ofArgument(command, given)
}

function words(candidates: Candidate[]): Completion {
  return { kind: 'words', candidates }
}

function valueOption(command: Command, word: string): Option | undefined {
  return command.options.find((one) => (one.long === word || one.short === word) && !one.isBoolean())
}

function ofOption(option: Option): Completion {
  if (option.argChoices !== undefined) return words(option.argChoices.map((word) => ({ word, about: '' })))
  return /<(FILE|FOLDER)>/.test(option.flags) ? { kind: 'files' } : nothing
}

function optionsOf(program: Command, command: Command): Candidate[] {
  const json = program.options.filter(({ long }) => long === '--json')
  const own = [...command.options, ...(command === program ? [] : json)]
  return [...own.map((one) => ({ word: one.long ?? one.short ?? '', about: one.description })), help]
}

function commandsOf(program: Command, command: Command): Candidate[] {
  const all = command.commands.map((one) => ({ word: one.name(), about: one.description() }))
  return command === program ? [...all, { word: 'help', about: 'show help for a command' }] : all
}

function ofArgument(command: Command, given: readonly string[]): Completion {
  const argument = command.registeredArguments[given.length] ?? command.registeredArguments.at(-1)
  if (argument === undefined || (given.length >= command.registeredArguments.length && !argument.variadic))
    return nothing
  if (argument.argChoices !== undefined)
    return words(argument.argChoices.map((word) => ({ word, about: '' })))
  const name = argument.name()
  if (name === 'BATCH') return { kind: 'batches' }
  if (name === 'FILE' || name === 'FOLDER') return { kind: 'files' }
  if (name === 'KEY') return words(settingKeys.map((word) => ({ word, about: '' })))
  return name === 'TYPE' && given[0] !== undefined ? { kind: 'types', file: given[0] } : nothing
}
