/**
 * A process that opens a database with one migration more than there is. With `die` it is killed inside of the
 * transaction, after the new statements and before the commit; otherwise it waits for a word and prints the result.
 */
import Database from 'better-sqlite3'
import { wrap } from '../../../src/core/db/db.ts'
import { migrate } from '../../../src/core/db/migrate.ts'
import { migrations, schemaVersion } from '../../../src/core/db/migrations/index.ts'
import { databasePath, openDatabase } from '../../../src/core/db/open.ts'

const [home = '', how = ''] = process.argv.slice(2)
const list = [
  ...migrations,
  {
    version: schemaVersion + 1,
    name: 'colours',
    sql: `CREATE TABLE colours (name TEXT) STRICT; INSERT INTO colours SELECT input FROM jobs;
          DROP VIEW batch_status_summary`,
  },
]

if (how === 'die') {
  const raw = new Database(databasePath(home))
  raw.pragma('cache_size = 2') // so that half of the change is in the file when the end comes
  const db = wrap(raw)
  migrate(
    {
      ...db,
      exec(text) {
        db.exec(text)
        if (text.includes('colours')) process.kill(process.pid, 'SIGKILL')
      },
    },
    list,
  )
}
process.stdout.write('ready\n')
process.stdin.once('data', () => {
  const opened = openDatabase(home, { migrations: list })
  const output = opened.ok ? opened.value.sql('SELECT count(*) AS n FROM colours').get() : opened.error
  process.stdout.write(`${JSON.stringify(output)}\n`)
  if (opened.ok) opened.value.close()
  process.stdin.pause()
})
