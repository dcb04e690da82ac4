/** A second host's eyes for the bench: reports by message when it saw a commit. Usage: node watcher.ts <data folder>. */
import { openDatabase } from '../../src/core/db/open.ts'
import { watchDatabase } from '../../src/core/db/watch.ts'

const opened = openDatabase(process.argv[2] ?? '')
if (!opened.ok) throw new Error(opened.error.message)
watchDatabase(opened.value, () => process.send?.(Date.now()))
process.send?.('ready')
setInterval(() => {}, 2_147_483_647)
