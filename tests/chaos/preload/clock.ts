// Loaded before a process of the mesh by `--import`: a machine clock that is wrong by as many milliseconds as stand in
// the file CHAOS_CLOCK, looked at again and again, so that it jumps while the process runs.
import { readFileSync } from 'node:fs'

const file = process.env.CHAOS_CLOCK
const RealDate = Date
let offset = 0

const read = () => {
  try {
    offset = Number(readFileSync(file as string, 'utf8')) || 0
  } catch {
    offset = 0 // no file: the clock is right
  }
}

class WrongDate extends RealDate {
  constructor(...given: ConstructorParameters<typeof Date> | []) {
    if (given.length === 0) super(RealDate.now() + offset)
    else super(...(given as [number]))
  }
  static override now(): number {
    return RealDate.now() + offset
  }
}

if (file) {
  read()
  setInterval(read, 250).unref()
  globalThis.Date = WrongDate as DateConstructor
}
