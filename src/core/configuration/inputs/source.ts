/** Owns the shape of inputs from every source: a stream of blocks. */
import type { Problems } from '../problem.ts'

/** One input; `values` stand in the order of the source's names. */
export type Input = {
  /** Its name for people. */
  label: string
  values: string[]
  /** 1-based line of a table or list of lines. */
  line?: number
}

/** Where inputs come from. Blocks (and not single inputs) keep the cost of asynchrony low. */
export type InputSource = {
  /** The placeholders that `values` are for. */
  names: readonly string[]
  /** The file that lines are counted in, if there is one. */
  file?: string
  /** Reads the inputs anew; adds a problem for each invalid one and skips it. */
  read(problems: Problems): AsyncIterable<Input[]>
}

/** How many inputs make a block. */
export const BLOCK = 1000
