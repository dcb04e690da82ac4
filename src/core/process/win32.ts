/**
 * Looks at processes through CIM and ends them with taskkill. Written for Windows and not run here: the test
 * suite has only seen Linux. Windows shows no other process's environment, so `marked` finds nothing there;
 * a job is known by the pid and start time in the launcher's journal, and its tree is ended by taskkill /T.
 */
import { execFileSync, type StdioOptions } from 'node:child_process'
import type { ProcessTable } from './process-table.ts'

let boot: string | undefined

/** The process table of Windows. */
export const win32Processes: ProcessTable = {
  bootId() {
    boot ??= powershell('(Get-CimInstance Win32_OperatingSystem).LastBootUpTime.ToFileTimeUtc()') || 'unknown'
    return boot
  },
  look(pid) {
    const query = `(Get-CimInstance Win32_Process -Filter 'ProcessId=${pid}').CreationDate.ToFileTimeUtc()`
    const startedAt = powershell(query)
    return startedAt === '' ? null : { startedAt, state: 'running' }
  },
  marked: () => [],
  signal(pid, signal) {
    if (signal === 'SIGCONT') return 'sent'
    try {
      const force = signal === 'SIGKILL' ? ['/F'] : []
      execFileSync('taskkill', ['/PID', String(pid), '/T', ...force], { stdio: 'ignore', windowsHide: true })
      return 'sent'
    } catch {
      // taskkill refuses a console program without /F; the caller's grace period leads to SIGKILL.
      return this.look(pid) === null ? 'gone' : 'sent'
    }
  },
}

function powershell(command: string): string {
  try {
    const argv = ['-NoProfile', '-NonInteractive', '-Command', command]
    const stdio: StdioOptions = ['ignore', 'pipe', 'ignore']
    return execFileSync('powershell.exe', argv, { encoding: 'utf8', windowsHide: true, stdio }).trim()
  } catch {
    return ''
  }
}
