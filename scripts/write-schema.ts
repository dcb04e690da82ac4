/** Writes resources/slipway.schema.json for editors, from the schema in the source: `npx node scripts/write-schema.ts && npm run fix`. */
import { writeFileSync } from 'node:fs'
import { editorSchema } from '../src/core/configuration/editor-schema.ts'

writeFileSync(
  new URL('../resources/slipway.schema.json', import.meta.url),
  `${JSON.stringify(editorSchema(), null, 2)}\n`,
)
