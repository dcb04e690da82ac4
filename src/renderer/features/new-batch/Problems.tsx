/**
 * Owns the list of what is wrong in a configuration: where, what was found, what would be right.
 */
import type { SlipwayError } from '../../../contract/errors.ts'

type Problem = NonNullable<SlipwayError['problems']>[number]

const shownAtOnce = 50

export function Problems({ problems }: { problems: readonly Problem[] }) {
  if (problems.length === 0) return null
  return (
    <section aria-label="Problems" className="problems" role="alert">
      <h3>{problems.length === 1 ? '1 problem' : `${problems.length} problems`}. Nothing was added.</h3>
      <ul className="plain">
        {problems.slice(0, shownAtOnce).map((problem) => (
          <li key={`${problem.line}:${problem.column} ${problem.path} ${problem.message}`}>
            <span className="problem-place mono">
              {problem.line === undefined ? '' : `line ${problem.line}`}
              {problem.column === undefined ? '' : `:${problem.column}`}
            </span>
            <span>
              <span className="problem-message">{problem.message}</span>
              <span className="dim problem-more">
                {problem.path && <code>{problem.path}</code>} found <code>{problem.found}</code>, expected{' '}
                {problem.expected}
                {problem.suggestion ? (
                  <>
                    . Did you mean <code>{problem.suggestion}</code>?
                  </>
                ) : null}
              </span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
