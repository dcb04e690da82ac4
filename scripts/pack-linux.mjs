/**
 * Makes the deb and the rpm from the folder that the packager left (dist/linux-unpacked), by the systems' own tools:
 * `node scripts/pack-linux.mjs [UNPACKED] [OUTPUT]`. The packager would download a tool of its own for both.
 * Prints a line for each package; a tool that is missing is an error.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const read = (file) => readFileSync(join(root, file), 'utf8')
const { version, description, homepage, license } = JSON.parse(read('package.json'))
const { productName, linux, fileAssociations } = parse(read('electron-builder.yml'))
const unpacked = resolve(process.argv[2] ?? join(root, 'dist/linux-unpacked'))
const output = resolve(process.argv[3] ?? join(root, 'dist'))
const program = linux.executableName
const arch = { x64: ['amd64', 'x86_64'], arm64: ['arm64', 'aarch64'] }[process.arch]
const scripts = ['after-install.sh', 'after-remove.sh'].map((name) => read(`resources/installed/${name}`))
/** What Electron's program loads, by the names of each system. */
const needs = {
  deb: 'libgtk-3-0 | libgtk-3-0t64, libnotify4, libnss3, libxss1, libxtst6, xdg-utils, libatspi2.0-0 | libatspi2.0-0t64, libgbm1, libasound2 | libasound2t64',
  rpm: 'gtk3, libnotify, nss, libXScrnSaver, libXtst, xdg-utils, at-spi2-core, mesa-libgbm, alsa-lib',
}

const entry = `[Desktop Entry]
Type=Application
Name=${productName}
Comment=${linux.synopsis}
Exec=/opt/${productName}/${program} %U
Icon=${program}
Categories=${linux.category};
MimeType=${fileAssociations.map((one) => one.mimeType).join(';')};x-scheme-handler/slipway;
${Object.entries(linux.desktop.entry)
  .map(([key, value]) => `${key}=${value}`)
  .join('\n')}
`

const types = `<?xml version="1.0" encoding="UTF-8"?>
<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">
${fileAssociations
  .map(
    (one) => `  <mime-type type="${one.mimeType}">
    <comment>${one.description}</comment>
    <glob pattern="*.${one.ext}"/>
  </mime-type>`,
  )
  .join('\n')}
</mime-info>
`

const work = mkdtempSync(join(tmpdir(), 'slipway-pack-'))
try {
  const tree = join(work, 'tree')
  const put = (file, text) => {
    mkdirSync(dirname(join(tree, file)), { recursive: true })
    writeFileSync(join(tree, file), text)
  }
  cpSync(unpacked, join(tree, 'opt', productName), { recursive: true, verbatimSymlinks: true })
  put(`usr/share/applications/${program}.desktop`, entry)
  put(`usr/share/mime/packages/${program}.xml`, types)
  put('usr/share/doc/slipway/copyright', read('LICENSE'))
  for (const size of [16, 32, 48, 128, 256, 512])
    cpSync(
      join(root, linux.icon, `${size}x${size}.png`),
      join(tree, `usr/share/icons/hicolor/${size}x${size}/apps/${program}.png`),
    )
  mkdirSync(output, { recursive: true })
  console.log(makeRpm(tree))
  console.log(makeDeb(tree))
} finally {
  rmSync(work, { recursive: true, force: true })
}

/** Last: it puts its own folder into the tree. */
function makeDeb(tree) {
  const file = join(output, `slipway_${version}_${arch[0]}.deb`)
  mkdirSync(join(tree, 'DEBIAN'))
  const control = `Package: slipway
Version: ${version}
Architecture: ${arch[0]}
Maintainer: ${linux.maintainer}
Section: utils
Priority: optional
Homepage: ${homepage}
Depends: ${needs.deb}
Description: ${linux.synopsis}
 ${description}
`
  writeFileSync(join(tree, 'DEBIAN/control'), control)
  for (const [at, name] of ['postinst', 'postrm'].entries())
    writeFileSync(join(tree, 'DEBIAN', name), scripts[at], { mode: 0o755 })
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zzstd', '-z9', '--build', tree, file], { stdio: 'pipe' })
  return file
}

function makeRpm(tree) {
  const spec = `Name: slipway
Version: ${version}
Release: 1
Summary: ${linux.synopsis}
License: ${license}
URL: ${homepage}
Requires: ${needs.rpm}
AutoReqProv: no
%global __os_install_post %{nil}
%global _build_id_links none
%global _binary_payload w9.zstdio
%description
${description}
%files
%defattr(-, root, root)
"/opt/${productName}"
/usr/share/applications/*
/usr/share/doc/slipway
/usr/share/icons/hicolor/*/apps/*
/usr/share/mime/packages/*
%post
${scripts[0].replace(/^#!.*\n/, '')}
%postun
${scripts[1].replace(/^#!.*\n/, '')}`
  const file = join(work, 'slipway.spec')
  writeFileSync(file, spec)
  const rpms = join(work, 'rpms')
  const defines = { _topdir: work, _rpmdir: rpms, _rpmfilename: 'slipway.rpm', _dbpath: join(work, 'db') }
  execFileSync(
    'rpmbuild',
    [
      ...['-bb', '--buildroot', tree, '--target', arch[1], '--noclean'],
      ...Object.entries(defines).flatMap(([name, value]) => ['--define', `${name} ${value}`]),
      file,
    ],
    { stdio: 'pipe' },
  )
  const target = join(output, `slipway-${version}-1.${arch[1]}.rpm`)
  cpSync(join(rpms, 'slipway.rpm'), target)
  return target
}
