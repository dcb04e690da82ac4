/** Stands in for the doctor, which is being built at this moment. */
import { fail } from '../../contract/errors.ts'

export const doctor = () => fail('not-possible', 'This is not built yet.')
