import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What one mesh keeps to itself: keys of 32 random bytes, base64url, and its first operator's account. */
export interface Secrets {
  TROUPE_SERVICE_SECRET: string
  TROUPE_MASTER_KEY: string
  TROUPE_BOOTSTRAP_ADMIN: string
  TROUPE_BOOTSTRAP_ADMIN_PASSWORD: string
}

const newSecret = () => randomBytes(32).toString('base64url')

const newSecrets = (): Secrets => ({
  TROUPE_SERVICE_SECRET: newSecret(),
  TROUPE_MASTER_KEY: newSecret(),
  TROUPE_BOOTSTRAP_ADMIN: 'admin@troupe.example',
  TROUPE_BOOTSTRAP_ADMIN_PASSWORD: newSecret(),
})

/** The file of this data folder's secrets. */
export const secretsFile = (dataDir: string): string => join(dataDir, 'secrets.json')

/** The secrets of this data folder, made the first time and kept for its owner only. */
export const readSecrets = (dataDir: string): Secrets => {
  const file = secretsFile(dataDir)
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Secrets
  const secrets = newSecrets()
  const unfinished = `${file}.new`
  writeFileSync(unfinished, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 })
  renameSync(unfinished, file)
  return secrets
}
