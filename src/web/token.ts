/**
 * Owns the secret that lets a browser in: the token in the address, the cookie made from it, and the file that
 * keeps a token across restarts. The cookie is not the token, so neither can be used in the other's place, and
 * what stays in a browser's history opens nothing but the front door.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { lstat, readFile, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { fail, ok, type Result } from '../contract/errors.ts'

/** 256 bits in base64url. */
const tokenPattern = /^[\w-]{43}$/

/** A fresh random token of 256 bits. */
export function newToken(): string {
  return randomBytes(32).toString('base64url')
}

/**
 * The token kept in `file`; made with mode 0600 where there is none. Refuses (`usage`) a file that others may
 * read, that is no regular file or that holds something else.
 */
export async function tokenFromFile(file: string): Promise<Result<string>> {
  const made = newToken()
  try {
    await writeFile(file, `${made}\n`, { flag: 'wx', mode: 0o600 })
    return ok(made)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST')
      return fail('usage', `The token file ${file} can't be made: ${(cause as Error).message}.`)
  }
  const look = await lstat(file)
  if (!look.isFile()) return fail('usage', `The token file ${file} is not a regular file.`)
  if (process.platform !== 'win32' && (look.mode & 0o077) !== 0)
    return fail('usage', `Others may read the token file ${file}.`, { hint: `chmod 600 ${file}` })
  if (process.getuid && look.uid !== process.getuid())
    return fail('usage', `The token file ${file} belongs to somebody else.`)
  const token = (await readFile(file, 'utf8')).trim()
  if (!tokenPattern.test(token))
    return fail('usage', `The token file ${file} does not hold a token.`, {
      hint: 'Remove it, and a new one is made.',
    })
  return ok(token)
}

/** Checks access for one token: exchanges it for a cookie and verifies that cookie. */
export class Lock {
  readonly #token: string
  readonly #secret: string
  readonly #name: string

  /**
   * Cookies ignore ports, and two workstations that are reached through ssh tunnels are both `localhost`:
   * `place` (the data folder and the port) keeps the names of their cookies apart.
   */
  constructor(token: string, place: string) {
    this.#token = token
    this.#secret = createHmac('sha256', token).update('cookie of the panel').digest('base64url')
    const mark = createHash('sha256').update(`${hostname()}\n${place}`).digest('hex').slice(0, 12)
    this.#name = `slipway-${mark}`
  }

  /** The `Set-Cookie` header in exchange for the token, else null. */
  exchange(token: string): string | null {
    if (!same(token, this.#token)) return null
    return `${this.#name}=${this.#secret}; Path=/; HttpOnly; SameSite=Strict`
  }

  /**
   * True when one of the cookies with our name is ours. There may be several: another port of this machine can
   * plant one, which must not lock anybody out.
   */
  opensWith(cookies: string | undefined): boolean {
    let open = false
    for (const pair of (cookies ?? '').split(';')) {
      const [name, value] = pair.trim().split('=', 2)
      if (name === this.#name && same(value ?? '', this.#secret)) open = true
    }
    return open
  }
}

/** Takes the same time wherever the two differ, and whatever their lengths are. */
function same(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(wanted))
}
