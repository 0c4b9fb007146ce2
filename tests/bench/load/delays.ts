import { median } from '../measure.ts'

/** How long things took that were done one after the other. */
export interface Delays {
  p50Ms: number
  count: number
}

/** Does something over and over for so many seconds. */
export const delaysOf = async (seconds: number, once: (number: number) => Promise<unknown>): Promise<Delays> => {
  const delays: number[] = []
  const end = performance.now() + seconds * 1000
  for (let began = performance.now(); began < end; ) {
    await once(delays.length)
    const now = performance.now()
    delays.push(now - began)
    began = now
  }
  return { p50Ms: median(delays), count: delays.length }
}
