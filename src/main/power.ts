/**
 * Owns keeping the machine awake: only while a job runs, and if the setting allows it. Also notifies the core when the
 * machine wakes. The core itself measures awake time.
 */
import { powerMonitor, powerSaveBlocker } from 'electron'
import type { Settings } from '../contract/settings.ts'

/** Whether sleep is prevented. */
export function shouldStayAwake(state: {
  busy: boolean
  setting: Settings['keep-awake']
  onBattery: boolean
}): boolean {
  return state.busy && (state.setting === 'always' || (state.setting === 'on-mains' && !state.onBattery))
}

export type Power = {
  /** Called after every change. */
  update(busy: boolean, setting: Settings['keep-awake']): void
  stop(): void
}

/** Watches mains, battery, sleep and wake from now on. */
export function watchPower(options: { onResume: () => void; onShutdown: () => void }): Power {
  let blocker: number | null = null
  let last = { busy: false, setting: 'never' as Settings['keep-awake'] }
  const apply = () => {
    const wanted = shouldStayAwake({ ...last, onBattery: powerMonitor.isOnBatteryPower() })
    if (wanted && blocker === null) blocker = powerSaveBlocker.start('prevent-app-suspension')
    if (!wanted && blocker !== null) {
      powerSaveBlocker.stop(blocker)
      blocker = null
    }
  }
  powerMonitor.on('on-ac', apply)
  powerMonitor.on('on-battery', apply)
  powerMonitor.on('resume', options.onResume)
  powerMonitor.on('shutdown', options.onShutdown)
  return {
    update(busy, setting) {
      last = { busy, setting }
      apply()
    },
    stop() {
      powerMonitor.off('on-ac', apply)
      powerMonitor.off('on-battery', apply)
      powerMonitor.off('resume', options.onResume)
      powerMonitor.off('shutdown', options.onShutdown)
      last = { busy: false, setting: 'never' }
      apply()
    },
  }
}
