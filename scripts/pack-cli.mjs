/**
 * The packager's hook after it packed the app: puts what Node runs beside the asar, under `cli` in the resources.
 * (As extra resources of the packager these files would be left out of the asar, where some are needed too.)
 */
import { cpSync, existsSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const archs = ['ia32', 'x64', 'armv7l', 'arm64', 'universal']

/** Called by the packager once for each system and chip. */
export function afterPack({ packager, appOutDir, arch, electronPlatformName: platform }) {
  const target = join(packager.getResourcesDir(appOutDir), 'cli')
  // Windows has the native launcher only; elsewhere the programs for Windows are of no use.
  const other =
    platform === 'win32'
      ? /launcher.(node-launcher\.js|slipway-launcher)$/
      : /slipway-(launcher|system)\.exe$/
  const withoutMaps = (file) => !file.endsWith('.map') && !other.test(file)
  const copy = (from, to = from) =>
    cpSync(join(root, from), join(target, to), { recursive: true, filter: withoutMaps })
  mkdirSync(target, { recursive: true })
  for (const part of ['package.json', 'LICENSE', 'out/cli', 'out/chunks', 'out/launcher', 'out/renderer'])
    if (existsSync(join(root, part))) copy(part)
  const sqlite = 'node_modules/better-sqlite3'
  for (const part of ['lib', 'package.json', 'LICENSE', `prebuilds/${platform}-${archs[arch]}.node`])
    copy(`${sqlite}/${part}`)
  const node = platform === 'win32' ? 'node.exe' : 'node'
  // Another system's Node is not among our packages: who packs for one says where it is.
  cpSync(
    process.env.SLIPWAY_PACKED_NODE ?? join(root, 'node_modules/node/bin', node),
    join(target, 'runtime', node),
  )
}
