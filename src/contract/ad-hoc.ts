/** Owns what marks a batch that was added without a file: its identity is its folder and its type. */

/** What such a batch has instead of the path of its file. No file has this path: those are absolute. */
export const AD_HOC = 'ad-hoc'

/** Whether there is no file. */
export function isAdHoc({ specPath }: { specPath: string }): boolean {
  return specPath === AD_HOC
}
