/** Writes docs/cli.md from the definitions of the commands. */
import { writeFileSync } from 'node:fs'
import { commandReference } from '../src/cli/command-reference.ts'

writeFileSync(new URL('../docs/cli.md', import.meta.url), commandReference())
