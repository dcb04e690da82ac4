/** Owns the version that events, doctor and `--version` show: the one of package.json, at build time. */
import manifest from '../../package.json' with { type: 'json' }

export const version: string = manifest.version
