import { create } from '@bufbuild/protobuf'
import { type Duration, DurationSchema, type Timestamp, TimestampSchema, timestampDate } from '@bufbuild/protobuf/wkt'

/** A protobuf Timestamp of a date; undefined stays undefined. */
export function timestamp(date: Date): Timestamp
export function timestamp(date: Date | undefined): Timestamp | undefined
export function timestamp(date: Date | undefined): Timestamp | undefined {
  if (date === undefined) return undefined
  const milliseconds = date.getTime()
  const seconds = Math.floor(milliseconds / 1000)
  return create(TimestampSchema, { seconds: BigInt(seconds), nanos: (milliseconds - seconds * 1000) * 1_000_000 })
}

/** The date of a protobuf Timestamp, cut to milliseconds; undefined stays undefined. */
export const dateOf = (value: Timestamp | undefined): Date | undefined => (value ? timestampDate(value) : undefined)

/** A protobuf Duration of milliseconds. */
export const duration = (milliseconds: number): Duration => {
  const seconds = Math.trunc(milliseconds / 1000)
  const nanos = Math.round((milliseconds - seconds * 1000) * 1_000_000)
  const carried = Math.trunc(nanos / 1_000_000_000)
  return create(DurationSchema, { seconds: BigInt(seconds + carried), nanos: nanos - carried * 1_000_000_000 })
}

/** Milliseconds of a protobuf Duration. */
export const milliseconds = (value: Duration): number => Number(value.seconds) * 1000 + value.nanos / 1_000_000
