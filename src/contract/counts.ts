/** Owns how an amount of things is said, in one voice for every host. Pure. */

/** '1,234'. */
export function amount(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',')
}

/** '1 job', '1,200 jobs', '2 batches'; `many` where adding -s or -es is wrong. */
export function countOf(value: number, one: string, many: string = plural(one)): string {
  return `${amount(value)} ${value === 1 ? one : many}`
}

function plural(noun: string): string {
  return /(s|x|ch|sh)$/.test(noun) ? `${noun}es` : `${noun}s`
}
