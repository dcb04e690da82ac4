/** Owns what a program's token allows: to watch, or to steer as the command line can. */
import { type CommandName, commands } from './commands.ts'
import type { TokenScope } from './references.ts'

/** They change nothing, but show files of the workstation. */
const showsFiles: readonly CommandName[] = ['preview', 'browse']

/** Whether a token of this scope may call the command. */
export function mayCall(scope: TokenScope, name: CommandName): boolean {
  return scope === 'steer' || (!commands[name].mutates && !showsFiles.includes(name))
}
