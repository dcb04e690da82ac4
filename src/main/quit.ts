/**
 * Owns the question at quitting while jobs run, and its answers. Pure.
 */
import type { MessageBoxOptions } from 'electron'
import type { LiveQueue } from '../contract/queue-state.ts'
import { batchName, progressWords } from '../contract/words.ts'

export type QuitAnswer = 'finish' | 'stop' | 'leave' | 'stay'
const answers: readonly QuitAnswer[] = ['finish', 'leave', 'stop', 'stay']

/** True when quitting needs a confirmation: this app runs the queue, and a job is running. */
export function mustConfirm(state: LiveQueue, hostId: string): boolean {
  return state.queue.executor?.id === hostId && (state.running?.batch.jobs.running ?? 0) > 0
}

/** The question; the index of the button is the index of the answer. */
export function quitQuestion(state: LiveQueue): MessageBoxOptions {
  const batch = state.running?.batch
  const jobs = batch?.jobs.running ?? 0
  return {
    type: 'question',
    message: jobs === 1 ? 'A job is running.' : `${jobs} jobs are running.`,
    detail: [
      batch === undefined ? '' : `${batchName(batch)}: ${progressWords(batch.jobs)}.`,
      'Stopped jobs return to the queue and run again next time. In the background the queue continues without a window until it is empty; the app takes over when it starts again.',
    ]
      .filter(Boolean)
      .join('\n'),
    buttons: [
      '&Finish the running jobs, then quit',
      '&Continue in the background',
      '&Stop now and quit',
      "&Don't quit",
    ],
    defaultId: 0,
    cancelId: 3,
    noLink: true,
    // The marked letters are access keys where the system has them, and are removed elsewhere.
    normalizeAccessKeys: true,
  }
}

/** What the pressed button means. */
export function quitAnswer(response: number): QuitAnswer {
  return answers[response] ?? 'stay'
}
