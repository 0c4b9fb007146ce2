import type { EnvReader } from '#shared/infrastructure/config.ts'
import type { Ports } from '../application/ports.ts'

/**
 * Reads where links lead: below TROUPE_LINK_BASE_URL, the web app, and to end mails of a kind to `/unsubscribe` of the
 * gateway, at TROUPE_NOTIFICATION_UNSUBSCRIBE_URL where that is not below it.
 */
export const readLinks = (env: EnvReader): Ports['links'] => {
  const base = env.url('TROUPE_LINK_BASE_URL', ['https', 'http'], 'http://127.0.0.1:8080').replace(/\/+$/, '')
  const unsubscribe = env.optionalUrl('TROUPE_NOTIFICATION_UNSUBSCRIBE_URL', ['https', 'http']) ?? `${base}/unsubscribe`
  return {
    to: (path) => `${base}${path.startsWith('/') ? path : `/${path}`}`,
    unsubscribe: (token) => `${unsubscribe}?token=${encodeURIComponent(token)}`,
  }
}
