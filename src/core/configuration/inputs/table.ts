/**
 * Owns `table`: an input for each row of a CSV or TSV file with a header.
 * Must never guess at a row whose number of fields is not the header's: it is reported with its line.
 */
import path from 'node:path'
import { CsvError, type Parser, parse } from 'csv-parse'
import type { Located, Over } from '../configuration.ts'
import { type Problems, shorten } from '../problem.ts'
import { BLOCK, type Input, type InputSource } from './source.ts'
import { LINE_LIMIT_BYTES, readTextBlocks, tooLong } from './text-blocks.ts'

type Row = { record: string[]; line: number }

/** Reads the header; undefined after having added the problem. `used` are the columns that name a row. */
export async function openTable(
  over: Extract<Over, { kind: 'table' }>,
  projectPath: string,
  used: ReadonlySet<string>,
  problems: Problems,
): Promise<InputSource | undefined> {
  const file = path.resolve(projectPath, over.file.text)
  let header: string[] | undefined
  const before = problems.count
  for await (const [first] of readRows(file, over.file, problems)) {
    header = first?.record
    break
  }
  if (header === undefined) {
    if (problems.count === before) {
      const message = `the table "${over.file.text}" is empty; it needs a header and rows`
      problems.add(over.file.place, { found: 'an empty file', expected: 'a header and rows', message })
    }
    return undefined
  }
  const names = header.map((name) => name.trim())
  const naming = names.map((name, i) => (used.has(name) ? i : -1)).filter((i) => i >= 0)
  const labelled = naming.length > 0 ? naming : names.map((_, i) => i)
  async function* read(found: Problems): AsyncIterable<Input[]> {
    let isHeader = true
    for await (const rows of readRows(file, over.file, found)) {
      const inputs: Input[] = []
      for (const { record, line } of rows) {
        if (isHeader) isHeader = false
        else if (record.length === names.length) {
          const label = labelled.map((i) => record[i]).join(', ')
          inputs.push({ label, values: record, line })
        } else ragged(file, line, record, names, over.file, found)
      }
      if (inputs.length > 0) yield inputs
      if (found.full) return
    }
  }
  return { names, file, read }
}

function ragged(
  file: string,
  line: number,
  record: string[],
  names: string[],
  named: Located,
  problems: Problems,
): void {
  const fields = `${record.length} ${record.length === 1 ? 'field' : 'fields'}`
  problems.add(
    { file, line, path: named.place.path },
    {
      found: `${fields}: ${record.join(', ')}`,
      expected: `${names.length} fields: ${shorten(names.join(', '))}`,
      message: `this row has ${fields}, but the header has ${names.length}`,
    },
  )
}

/** Blocks of rows with the line that each begins in; blank lines are no rows. */
async function* readRows(file: string, named: Located, problems: Problems): AsyncIterable<Row[]> {
  let rows: Row[] = []
  let failure: CsvError | undefined
  let parser: Parser | undefined
  let nextLine = 1
  for await (const { bytes } of readTextBlocks(file, named, problems)) {
    parser ??= startParser(delimiterOf(file, bytes), (record, lines) => {
      if (record.length > 1 || record[0] !== '') rows.push({ record, line: nextLine })
      nextLine = lines + 1
    })
    failure = await feed(parser, bytes)
    for (let from = 0; from < rows.length; from += BLOCK) yield rows.slice(from, from + BLOCK)
    rows = []
    if (failure !== undefined) break
  }
  if (parser !== undefined && failure === undefined) {
    failure = await feed(parser, undefined)
    if (rows.length > 0) yield rows
  }
  if (failure !== undefined) csvProblem(failure, { file, line: nextLine, path: named.place.path }, problems)
}

function startParser(delimiter: string, take: (record: string[], lines: number) => void): Parser {
  const parser = parse({
    delimiter,
    relax_column_count: true,
    record_delimiter: ['\r\n', '\n', '\r'],
    max_record_size: LINE_LIMIT_BYTES,
    on_record: (record: string[], { lines }) => {
      take(record, lines)
      return null
    },
  })
  // Rows leave through `take`, so nothing is ever readable; without a reader the stream would not end.
  parser.resume()
  // An error comes twice, in the callback of a write and as this event; the callback is enough.
  parser.on('error', () => undefined)
  return parser
}

/** Writes bytes (or the end) and waits until they are parsed; resolves with the error. */
function feed(parser: Parser, bytes: Buffer | undefined): Promise<CsvError | undefined> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null): void => {
      parser.off('error', done)
      if (error && !(error instanceof CsvError)) reject(error)
      else resolve(error ?? undefined)
    }
    parser.once('error', done)
    if (bytes === undefined) {
      parser.once('end', () => done())
      parser.end()
    } else parser.write(bytes, done)
  })
}

function csvProblem(
  error: CsvError,
  place: { file: string; line: number; path: string },
  problems: Problems,
): void {
  const { code } = error
  if (code === 'CSV_MAX_RECORD_SIZE') {
    problems.add(place, {
      ...tooLong,
      message: 'this row is longer than the limit of 1 MiB; is a quote left open?',
    })
  } else if (code === 'CSV_QUOTE_NOT_CLOSED') {
    problems.add(place, {
      found: 'a quote that is never closed',
      expected: 'a closing quote',
      message: 'a quoted field begins in this row and is never closed',
    })
  } else {
    problems.add(place, {
      found: 'a quote in the middle of a field',
      expected: 'quotes around the whole field, and "" for a quote in it',
      message:
        'a quote stands in the middle of a field; put the whole field into quotes and double the quote',
    })
  }
}

/** A tab for .tsv; else what the header has most of. Spreadsheets of many countries write CSV with semicolons. */
function delimiterOf(file: string, bytes: Buffer): string {
  if (/\.(tsv|tab)$/i.test(file)) return '\t'
  const header = (
    bytes
      .toString('utf8')
      .split(/[\r\n]/)
      .find((line) => line !== '') ?? ''
  ).replace(/"[^"]*"/g, '')
  const count = (delimiter: string): number => header.split(delimiter).length
  return [',', ';', '\t'].reduce((best, other) => (count(other) > count(best) ? other : best))
}
