import { SetupError } from '../../deploy/local/setup-error.ts'
import { onStopSignal } from '../../deploy/local/stop-signals.ts'
import { readArguments, usage } from './arguments.ts'
import { runBench } from './run-bench.ts'

const stopping = new AbortController()
onStopSignal(
  () => stopping.abort(),
  () => process.exit(130),
)

const optionsOf = (args: readonly string[]) => {
  try {
    return readArguments(args)
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`)
    process.exit(2)
  }
}

runBench(optionsOf(process.argv.slice(2)), stopping.signal).then(
  (code) => process.exit(code),
  (error: unknown) => {
    if (stopping.signal.aborted) process.exit(130)
    console.error(error instanceof SetupError ? error.message : error)
    process.exit(1)
  },
)
