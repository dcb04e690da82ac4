/** What the installers and the workflows are configured to do; that they do it, only the workflows can show. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parseDocument } from 'yaml'
import { z } from 'zod'
import { isConfiguration } from '../../src/main/opening.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (file: string) => readFileSync(path.join(root, file), 'utf8')

/** The document, which must have no error, no warning and no key twice. */
function yaml(file: string): unknown {
  const document = parseDocument(read(file), { uniqueKeys: true, strict: true })
  expect([...document.errors, ...document.warnings]).toEqual([])
  return document.toJS()
}

const stepSchema = z.strictObject({
  id: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  if: z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
  env: z.record(z.string(), z.string()).optional(),
  shell: z.string().optional(),
})
const workflowSchema = z.strictObject({
  name: z.string(),
  on: z.record(z.string(), z.unknown()),
  permissions: z.record(z.string(), z.enum(['read', 'write'])),
  jobs: z.record(
    z.string(),
    z.strictObject({
      needs: z.string().optional(),
      strategy: z
        .strictObject({ 'fail-fast': z.boolean(), matrix: z.record(z.string(), z.array(z.unknown())) })
        .optional(),
      'runs-on': z.string(),
      'timeout-minutes': z.number(),
      steps: z.array(stepSchema),
    }),
  ),
})
const workflow = (name: string) => workflowSchema.parse(yaml(`.github/workflows/${name}.yml`))

describe('the workflows', () => {
  it.each(readdirSync(path.join(root, '.github/workflows')))(
    '%s is well-formed and runs what exists',
    (name) => {
      const { jobs } = workflow(path.parse(name).name)
      const scripts = JSON.parse(read('package.json')).scripts
      const commands = Object.values(jobs).flatMap((job) => job.steps.map((step) => step.run ?? ''))
      for (const command of commands) {
        for (const [, script = ''] of command.matchAll(/npm run (?:-s )?([\w:]+)/g))
          expect(scripts).toHaveProperty(script)
        for (const [file] of command.matchAll(/\b(?:test|scripts|node_modules)\/[\w./-]+\.\w+/g))
          expect(existsSync(path.join(root, file)), file).toBe(true)
      }
    },
  )

  it.each(['ci', 'release'])('%s runs the desktop specs on Electron itself on the three systems', (name) => {
    const jobs = Object.values(workflow(name).jobs)
    const job = jobs.find((one) => one.strategy !== undefined)
    const systems = JSON.stringify(job?.strategy?.matrix)
    for (const system of ['ubuntu', 'windows', 'macos']) expect(systems).toContain(system)
    const steps = job?.steps ?? []
    expect(steps.some((step) => step.run === 'node node_modules/electron/install.js')).toBe(true)
    const specs = steps.filter((step) => /test:e2e|test\/e2e\/desktop/.test(step.run ?? ''))
    expect(specs.map((step) => step.if)).toEqual(["runner.os == 'Linux'", "runner.os != 'Linux'"])
    for (const step of specs) expect(step.env).toEqual({ SLIPWAY_REQUIRE_ELECTRON: '1' })
    expect(specs[0]?.run).toContain('xvfb-run')
  })

  it('the release has installers of each system, the parts list and checksums, as a draft', () => {
    const { jobs } = workflow('release')
    const { installers, publish } = jobs
    const text = JSON.stringify(installers)
    for (const kind of ['AppImage', 'deb', 'rpm', 'exe', 'dmg', 'cdx.json'])
      expect(text).toContain(`dist/*.${kind}`)
    expect(text).toContain('npm sbom')
    expect(text).toContain('"arch":"arm64"')
    expect(publish?.needs).toBe('installers')
    const ending = JSON.stringify(publish?.steps)
    expect(ending).toContain('sha256sum * > SHA256SUMS')
    expect(ending).toContain('--draft')
  })
})

it('signs and notarises with what the page on releasing names, and with nothing else', () => {
  const env = workflow('release').jobs.installers?.steps.find((step) =>
    step.run?.startsWith('npx electron-builder'),
  )?.env
  const named = [...read('docs/releasing.md').matchAll(/^\| `([A-Z_]+)`/gm)].map(([, name]) => name)
  expect(Object.keys(env ?? {}).sort()).toEqual(named.sort())
})

describe('the packager', () => {
  const config = z.looseObject({}).parse(yaml('electron-builder.yml')) as Record<string, never> & {
    publish: unknown
    protocols: { schemes: string[] }[]
    extraResources: { from: string; to: string }[]
    fileAssociations: { ext: string; mimeType: string }[]
    nsis: Record<string, unknown>
    linux: { target: string[] }
    win: { target: string[] }
    mac: { target: string[]; fileAssociations: { rank: string }[] }
  }

  it('makes every installer, and for Windows one without the rights of an administrator', () => {
    expect(config.linux.target).toEqual(['AppImage'])
    expect(read('.github/workflows/release.yml')).toContain('node scripts/pack-linux.mjs')
    expect(config.win.target).toEqual(['nsis', 'portable'])
    expect(config.mac.target).toEqual(['dmg'])
    expect(config.nsis).toMatchObject({ perMachine: false, allowElevation: false, oneClick: false })
  })

  it('has no feed for updates', () => {
    expect(config.publish).toBeNull()
  })

  it('associates what the app opens, and takes over no other file', () => {
    expect(config.fileAssociations.map((one) => one.ext)).toEqual([
      'slipway.yaml',
      'slipway.yml',
      'slipway.json',
    ])
    for (const { ext, mimeType } of config.fileAssociations) {
      expect(isConfiguration(`flood.${ext}`)).toBe(true)
      expect(mimeType).toMatch(/^application\/x-slipway\+/)
    }
    expect(config.mac.fileAssociations.map((one) => one.rank)).toEqual(['Alternate'])
    expect(config.protocols.map((one) => one.schemes)).toEqual([['slipway']])
  })

  it('deletes data on Windows only if a person or --delete-app-data chooses it (run in test/windows/installer.test.ts)', () => {
    expect(config.nsis).toMatchObject({ deleteAppDataOnUninstall: false })
    const script = read(String(config.nsis.include))
    expect(script.match(/MessageBox ([^\n]+)keepData/)?.[1]).toContain('MB_DEFBUTTON2')
    expect(script.match(/RMDir/g)).toHaveLength(1)
    expect(script).not.toMatch(/powershell(\.exe| -)/i)
  })

  it.each(['linux', 'mac', 'win'] as const)('packs the command of %s alone', (system) => {
    const command = system === 'win' ? 'slipway.cmd' : 'slipway'
    expect(config[system]).toMatchObject({
      extraResources: [{ from: `resources/installed/${command}`, to: `bin/${command}` }],
    })
    expect(config.extraResources.map(({ to }) => to)).toEqual(['THIRD-PARTY-NOTICES.txt'])
  })

  it('removes from Linux what it linked, and no data', () => {
    const removal = read('resources/installed/after-remove.sh')
    for (const [, link] of read('resources/installed/after-install.sh').matchAll(/\/usr\/bin\/([\w-]+)/g))
      expect(removal).toContain(link)
    expect(removal).not.toMatch(/rm -r|\.local|HOME/)
  })
})
