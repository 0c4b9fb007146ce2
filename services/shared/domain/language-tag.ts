import { invalid } from './errors.ts'

const knownTags = new Set<string>()
// Other than zones, tags can be made up without end.
const mostKnown = 1000

/** The canonical form of a BCP 47 language tag, e.g. `de-at` → `de-AT`. Throws INVALID_LANGUAGE. */
export const languageTag = (text: string, field = 'language'): string => {
  if (knownTags.has(text)) return text
  try {
    const tag = new Intl.Locale(text).toString()
    if (knownTags.size < mostKnown) knownTags.add(tag)
    return tag
  } catch {
    throw invalid(field, 'INVALID_LANGUAGE', 'must be a BCP 47 language tag like en or de-AT')
  }
}

const knownZones = new Set<string>()

/** The canonical name of an IANA time zone. Throws `reason` for any other text. */
export const timeZone = (text: string, reason = 'INVALID_TIME_ZONE'): string => {
  if (knownZones.has(text)) return text
  try {
    // Offsets like +01:00 pass for time zones, but know nothing of summer time.
    if (!/^[a-z]/i.test(text)) throw new RangeError(text)
    const zone = new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone
    knownZones.add(zone)
    return zone
  } catch {
    throw invalid('time_zone', reason, 'must be an IANA time zone like Europe/Vienna')
  }
}
