/** A disk of a few megabytes that a test can fill and empty: a tmpfs, where mounting one is allowed. */
import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Whether this user may mount a tmpfs here. */
export function mayMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false
  const folder = mkdtempSync(join(tmpdir(), 'slipway-mount-'))
  try {
    mount(folder, 64)
    execFileSync('umount', [folder])
    return true
  } catch {
    return false
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function mount(folder: string, kib: number): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kib}k,mode=0700`, 'tmpfs', folder], { stdio: 'ignore' })
}

export class SmallDisk {
  readonly folder: string
  readonly #ballast: string

  /** Mounts `kib` KiB at `folder`, which is made. */
  constructor(folder: string, kib: number) {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    mount(folder, kib)
    this.folder = folder
    this.#ballast = join(folder, 'ballast')
  }

  freePages(): number {
    return statfsSync(this.folder).bavail
  }

  /** Leaves just so many pages (4 KiB) free. */
  fill(leave: number): void {
    const fd = openSync(this.#ballast, 'a')
    const page = Buffer.alloc(4_096, 1)
    try {
      while (this.freePages() > leave) writeSync(fd, page)
    } finally {
      closeSync(fd)
    }
  }

  /** Makes room again. */
  empty(): void {
    rmSync(this.#ballast, { force: true })
  }

  /** Takes no writes from now on. */
  readOnly(): void {
    execFileSync('mount', ['-o', 'remount,ro', this.folder], { stdio: 'ignore' })
  }

  unmount(): void {
    execFileSync('umount', ['-l', this.folder], { stdio: 'ignore' })
  }
}
