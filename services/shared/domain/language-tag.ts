import { invalid } from './errors.ts'

/** The canonical form of a BCP 47 language tag, e.g. `de-at` → `de-AT`. Throws INVALID_LANGUAGE. */
export const languageTag = (text: string, field = 'language'): string => {
  try {
    return new Intl.Locale(text).toString()
  } catch {
    throw invalid(field, 'INVALID_LANGUAGE', 'must be a BCP 47 language tag like en or de-AT')
  }
}

/** The canonical name of an IANA time zone. Throws INVALID_TIME_ZONE. */
export const timeZone = (text: string, field = 'time_zone'): string => {
  try {
    // Offsets like +01:00 pass for time zones, but know nothing of summer time.
    if (!/^[a-z]/i.test(text)) throw new RangeError(text)
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone
  } catch {
    throw invalid(field, 'INVALID_TIME_ZONE', 'must be an IANA time zone like Europe/Vienna')
  }
}
