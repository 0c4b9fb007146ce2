import { invalid } from '#shared/domain/errors.ts'
import { timeZone as ianaZone } from '#shared/domain/language-tag.ts'

const longestMs = 31 * 24 * 60 * 60 * 1000

/** When an event takes place, and by which clock people there live. */
export interface Schedule {
  startsAt: Date
  endsAt: Date
  /** IANA name. */
  timeZone: string
}

/** Throws UNKNOWN_TIME_ZONE, END_BEFORE_START, EVENT_TOO_LONG. */
export const schedule = ({ startsAt, endsAt, timeZone }: Schedule): Schedule => {
  const lengthMs = endsAt.getTime() - startsAt.getTime()
  if (lengthMs <= 0) throw invalid('ends_at', 'END_BEFORE_START', 'must be after the start')
  if (lengthMs > longestMs) throw invalid('ends_at', 'EVENT_TOO_LONG', 'must be at most 31 days after the start')
  return { startsAt, endsAt, timeZone: ianaZone(timeZone, 'UNKNOWN_TIME_ZONE') }
}

const formats = new Map<string, Intl.DateTimeFormat>()

const formatOf = (zone: string): Intl.DateTimeFormat => {
  const format = formats.get(zone) ?? new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' })
  formats.set(zone, format)
  return format
}

/** How far the clocks of a zone are ahead of UTC at a time, in minutes. */
const offsetMinutes = (time: Date, zone: string): number => {
  const name =
    formatOf(zone)
      .formatToParts(time)
      .find(({ type }) => type === 'timeZoneName')?.value ?? ''
  const [, sign, hours = 0, minutes = 0, seconds = 0] = /([+-])(\d+):(\d+)(?::(\d+))?/.exec(name) ?? []
  // Before zones there were local mean times with seconds, which ISO 8601 has no offsets for.
  const ahead = Math.round(Number(hours) * 60 + Number(minutes) + Number(seconds) / 60)
  return sign === '-' ? -ahead : ahead
}

/** A time as the clocks of a zone show it, to the second: ISO 8601 with its offset, e.g. `2027-03-01T20:00:00+01:00`. */
export const localTime = (time: Date, zone: string): string => {
  const minutes = offsetMinutes(time, zone)
  const [hour, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
  const offset = [hour, rest].map((part) => String(part).padStart(2, '0')).join(':')
  const shown = new Date(time.getTime() + minutes * 60_000).toISOString()
  return `${shown.replace(/\.\d+Z$/, '')}${minutes < 0 ? '-' : '+'}${offset}`
}
