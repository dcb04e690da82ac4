/**
 * Owns the page docs/cli.md: every command's help, from the definitions themselves.
 * Must stay deterministic: a test compares it with the file.
 */
import type { Command } from 'commander'
import { jsonLineSchema } from '../contract/json-lines.ts'
import { buildProgram } from './program.ts'

const COLUMNS = 100

/** The whole page, as Markdown. */
export function commandReference(): string {
  const program = buildProgram('', () => async () => {})
  const sections = program.commands.map((command) => `## slipway ${command.name()}\n\n${fenced(command)}`)
  return `# The command line

Made from the definitions by \`npm run docs:cli\`; don't edit it by hand.

With \`--json\` every command prints one JSON document to stdout and nothing else; what went wrong goes to
stderr as \`{"error": {code, message, hint?, problems?, conflicts?, refused?}}\`. What
\`run\` and \`work\` wait for is printed there too, as a line of text. Times are milliseconds since 1970, UTC.

| command | document |
|---|---|
| add | \`{created: […], existing: […], closed: […], skipped: […]}\`; also when refused as a duplicate |
| run | as \`add\`, and \`{batches: […], summaries: […], interrupted, blocked: […]}\` at the end |
| preview, add --dry-run | \`{configuration, types: […], problems: […], conflicts: […], …}\` |
| work | \`{batches: […], interrupted, blocked: […]}\` at the end |
| wait | \`{batches: […], summaries: […]}\`; also when the time is over |
| list | \`{batches: […], counts: {…}, sentence, nextBefore}\` |
| show | \`{batch: {…}, after: […], options, doneBy, runs, jobs: […]}\` |
| logs | \`{batch, job, attempt, path, size, open, gap, leftOutBytes, text}\` |
| pause, resume, cancel, move, priority | \`{batches: […], refused: […], undo}\` |
| retry | \`{batches: […], refused: […], existing: […], closed: […], undo}\` |
| stop-after | \`{stopAfter, undo}\` |
| undo | \`{command, batches: […], refused: […], next}\` |
| summary | \`{state: "ready", summary: {…}, runs}\` or \`{state: "pending", retryAfterSeconds, sentence, jobsLeft}\` |
| report | \`{reports: [{file, bytes, mediaType, content?}]}\` |
| events | \`{events: […]}\` |
| sweep | \`{closed: […], finalizer: {…}}\` |
| doctor | \`{findings: […], healthy, versions: {…}}\`; exit code 6 when not healthy |
| backup | \`{file, bytes}\` |
| settings | \`{settings: {…}}\` |
| trust | \`{digest}\` |
| serve, open | \`{url, port, pid}\` at the start; \`open\` prints \`{desktop: true}\` where it starts the desktop app |
| token | \`{name, scope, createdAt, token}\` (add, the only time that the token is shown), \`{tokens: […]}\`, \`{name}\` |
| init | \`{file, from}\` |
| help configuration | \`{topKeys, batchKeys, overKeys}\` |
| completion | \`{shell, script}\` |

With \`--json-lines\` those commands that take time, or follow something, print one JSON object a line as things
happen, each as \`{"v": 1, "type": …}\`. More types and fields may come; \`v\` rises when one of these changes its
meaning (\`src/contract/json-lines.ts\` has the schema).

| type | when | fields |
|---|---|---|
${jsonLineTypes()}

\`add\` prints \`added\`; \`run\` that too, and like \`work\` and \`wait\` then \`batch\`, \`progress\` and \`notice\`;
\`events\` prints \`event\`, and \`logs\` \`log\`. Each prints \`end\` last.

\`wait\` runs nothing itself. It waits for a paused queue as well, and reports why nothing runs. When \`--timeout\` is
over it exits with 5 and the error code \`timed-out\`; the batches continue.

On \`run\` and \`work\` the first SIGINT or SIGTERM lets the running jobs end, the second stops them; both leave
a queue that can continue, and the exit code is 130 when batches are left. When the terminal is closed
(SIGHUP), running jobs continue, and the next host takes over their results.

${fenced(program)}
${sections.join('\n')}`
}

function jsonLineTypes(): string {
  return jsonLineSchema.options
    .map((line) => {
      const { v, type, ...fields } = line.shape
      return `| ${type.value} | ${line.description} | \`${Object.keys(fields).join(', ')}\` |`
    })
    .join('\n')
}

function fenced(command: Command): string {
  let help = ''
  command.configureOutput({
    writeOut: (text) => {
      help += text
    },
    getOutHelpWidth: () => COLUMNS,
    getOutHasColors: () => false,
  })
  command.outputHelp()
  return `\`\`\`text\n${help.trimEnd()}\n\`\`\`\n`
}
