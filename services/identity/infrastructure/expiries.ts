import type { Expiry } from '#shared/infrastructure/janitor.ts'
import { shownAfterExpiryMs } from '../domain/api-key.ts'
import { forgetAfterMs } from '../domain/login-throttle.ts'

/** Who opens a link late is told so for a while. */
const keepLinksMs = 7 * 24 * 60 * 60_000

/** Sessions, sign-ins under way, mailed links, API keys and failures need not be kept. */
export const expiries: readonly Expiry[] = [
  { table: 'sessions', key: 'id', column: 'expires_at' },
  { table: 'oauth_states', key: 'state_hash', column: 'expires_at' },
  { table: 'passed_sign_ins', key: 'state_hash', column: 'expires_at' },
  { table: 'mailed_links', key: 'id', column: 'expires_at', keepMs: keepLinksMs },
  { table: 'api_keys', key: 'id', column: 'expires_at', keepMs: shownAfterExpiryMs },
  { table: 'login_failures', key: 'key', column: 'last_at', keepMs: forgetAfterMs },
]
