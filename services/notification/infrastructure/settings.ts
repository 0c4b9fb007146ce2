import { readFileSync } from 'node:fs'
import type { EnvReader } from '#shared/infrastructure/config.ts'

/** What the names of all settings of this context begin with. */
export const prefix = 'TROUPE_NOTIFICATION_'
const local = ['localhost', '127.0.0.1', '[::1]']

const isSafe = (text: string): boolean => {
  if (!URL.canParse(text)) return false
  const { protocol, hostname } = new URL(text)
  return protocol === 'https:' || (protocol === 'http:' && local.includes(hostname))
}

/** The settings of one provider or store, whose names begin with TROUPE_NOTIFICATION_. `by` says who needs them. */
export const createSettings = (env: EnvReader, by: string) => ({
  /** Undefined, and a problem, where it is missing. */
  needed: (name: string): string | undefined => {
    const value = env.optional(prefix + name)
    if (value === undefined) env.problem(`${prefix}${name} is missing: ${by} needs it`)
    return value
  },
  optional: (name: string): string | undefined => env.optional(prefix + name),
  flag: (name: string): boolean => env.flag(prefix + name),
  list: (name: string): string[] => env.list(prefix + name),
  /** A base URL without a slash at its end: https, since keys go there; http on this machine only. */
  baseUrl: (name: string, fallback?: string): string | undefined => {
    const value = env.optional(prefix + name) ?? fallback
    if (value !== undefined && !isSafe(value))
      env.problem(`${prefix}${name} must be a URL with https://, or with http:// on this machine`)
    return value?.replace(/\/+$/, '')
  },
  /** The text of a file that a setting names. */
  file: (name: string, isNeeded: boolean): string | undefined => {
    const path = env.optional(prefix + name)
    if (path === undefined) {
      if (isNeeded) env.problem(`${prefix}${name} is missing: ${by} needs it`)
      return undefined
    }
    try {
      return readFileSync(path, 'utf8')
    } catch (error) {
      env.problem(`${prefix}${name}: ${(error as Error).message}`)
      return undefined
    }
  },
  problem: (name: string, what: string): void => env.problem(`${prefix}${name} ${what}`),
})

export type Settings = ReturnType<typeof createSettings>
