const minuteMs = 60_000
const dayMinutes = 24 * 60

interface Wall {
  year: number
  month: number
  day: number
  /** After midnight. */
  minute: number
}

const formats = new Map<string, Intl.DateTimeFormat>()

const formatOf = (zone: string): Intl.DateTimeFormat => {
  const known = formats.get(zone)
  if (known) return known
  const numeric = 'numeric' as const
  const fields = { year: numeric, month: numeric, day: numeric, hour: numeric, minute: numeric, second: numeric }
  const made = new Intl.DateTimeFormat('en', { ...fields, timeZone: zone, hourCycle: 'h23', calendar: 'iso8601' })
  formats.set(zone, made)
  return made
}

const partsOf = (at: Date, zone: string) => {
  const parts = Object.fromEntries(
    formatOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  )
  return parts as Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', number>
}

/** What clocks and calendars of a zone show. */
export const wallTime = (at: Date, zone: string): Wall => {
  const { year, month, day, hour, minute } = partsOf(at, zone)
  return { year, month, day, minute: hour * 60 + minute }
}

/** How far a zone is ahead of UTC, in milliseconds. */
const offsetAt = (at: Date, zone: string): number => {
  const { year, month, day, hour, minute, second } = partsOf(at, zone)
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at.getTime() / 1000) * 1000
}

/**
 * When a zone's clocks show a time: of the two times when they are turned back, the first; where they are turned past
 * it, as much later as they skip.
 */
const instantOf = ({ year, month, day, minute }: Wall, zone: string): Date => {
  const asUtc = Date.UTC(year, month - 1, day, 0, minute)
  const dayMs = dayMinutes * minuteMs
  const [before, after] = [offsetAt(new Date(asUtc - dayMs), zone), offsetAt(new Date(asUtc + dayMs), zone)]
  const early = new Date(asUtc - Math.max(before, after))
  const late = new Date(asUtc - Math.min(before, after))
  const shows = (at: Date) => at.getTime() + offsetAt(at, zone) === asUtc
  if (shows(early)) return early
  // What is skipped is read by the offset before, as calendars do.
  return shows(late) ? late : new Date(asUtc - before)
}

const laterDay = ({ year, month, day, minute }: Wall, days: number): Wall => {
  const at = new Date(Date.UTC(year, month - 1, day + days))
  return { year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, day: at.getUTCDate(), minute }
}

/** 1 for Monday to 7 for Sunday. */
const weekdayOf = ({ year, month, day }: Wall): number => new Date(Date.UTC(year, month - 1, day)).getUTCDay() || 7

/**
 * The next time after `now` at which clocks of a zone show `minute` after midnight, on `weekday` (1 for Monday to 7 for
 * Sunday; 0 for any).
 */
export const nextLocal = (now: Date, zone: string, minute: number, weekday = 0): Date => {
  const today = { ...wallTime(now, zone), minute }
  for (let days = -1; ; days += 1) {
    const candidate = laterDay(today, days)
    if (weekday !== 0 && weekdayOf(candidate) !== weekday) continue
    const at = instantOf(candidate, zone)
    if (at > now) return at
  }
}

/** Two times of the day, as minutes after midnight; the second may be past midnight. */
export interface Hours {
  startMinute: number
  endMinute: number
}

/** Whether clocks of a zone show a time within hours; from a minute to the same minute is never. */
export const isWithin = (now: Date, zone: string, { startMinute, endMinute }: Hours): boolean => {
  const { minute } = wallTime(now, zone)
  if (startMinute <= endMinute) return minute >= startMinute && minute < endMinute
  return minute >= startMinute || minute < endMinute
}

/** The minute at which clocks of a zone are changed between two times. */
const changeBetween = (from: Date, to: Date, zone: string): Date => {
  const before = offsetAt(from, zone)
  let [early, late] = [Math.floor(from.getTime() / minuteMs), Math.floor(to.getTime() / minuteMs)]
  while (late - early > 1) {
    const middle = Math.floor((early + late) / 2)
    if (offsetAt(new Date(middle * minuteMs), zone) === before) early = middle
    else late = middle
  }
  return new Date(late * minuteMs)
}

/**
 * When hours of the day end that hold `now`: when clocks first show a time outside of them, also where they are changed
 * meanwhile, and each time that an hour comes twice.
 */
export const endOfHours = (now: Date, zone: string, hours: Hours): Date => {
  const { minute } = wallTime(now, zone)
  const left = (hours.endMinute - minute + dayMinutes) % dayMinutes
  const end = new Date((Math.floor(now.getTime() / minuteMs) + left) * minuteMs)
  if (offsetAt(now, zone) === offsetAt(end, zone)) return end
  const change = changeBetween(now, end, zone)
  return isWithin(change, zone, hours) ? endOfHours(change, zone, hours) : change
}
