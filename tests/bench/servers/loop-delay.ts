import { writeFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'

// Loaded before what is measured; tells at each SIGUSR2 how long its event loop was held up since the last one.
const file = process.env.BENCH_LOOP_DELAY
if (file) {
  const resolution = 10
  const delays = monitorEventLoopDelay({ resolution })
  delays.enable()
  // The timer that looks is due only every so often; what comes beyond that is delay.
  const milliseconds = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - resolution)
  process.on('SIGUSR2', () => {
    const found = { p50: delays.percentile(50), p99: delays.percentile(99), max: delays.max }
    writeFileSync(
      file,
      JSON.stringify(Object.fromEntries(Object.entries(found).map(([name, value]) => [name, milliseconds(value)]))),
    )
    delays.reset()
  })
}
