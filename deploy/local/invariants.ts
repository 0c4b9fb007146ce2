import { dataFolder } from './data-folder.ts'
import { explain } from './demo/failures.ts'
import { createScreen } from './demo/screen.ts'
import { signInOperator } from './demo/session.ts'
import { violationLines } from './demo/violations.ts'

const usage = `Usage: npm run invariants

Asks the running mesh at 127.0.0.1:TROUPE_PORT (8080) whether all that must hold of its databases does.
Prints what does not, and the causal tree of rpcs, events and process steps that led to it. TROUPE_DATA
(.troupe) is the folder of its data. Ends with 1 when something does not hold.`

const main = async (): Promise<number> => {
  if (process.argv.length > 2) {
    console.log(usage)
    return process.argv[2] === '--help' ? 0 : 2
  }
  const { signal } = new AbortController()
  const screen = createScreen(process.stdout, signal)
  const gateway = { url: `http://127.0.0.1:${process.env.TROUPE_PORT || '8080'}`, signal }
  const mesh = await signInOperator(gateway, dataFolder())
  const { results } = await mesh.checkInvariants({})
  for (const line of await violationLines(mesh, results, screen.width)) screen.say(line)
  const broken = results.filter(({ holds }) => !holds).length
  screen.say(`${results.length - broken} of ${results.length} invariants hold`)
  return broken === 0 ? 0 : 1
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(explain(error).join('\n'))
    process.exit(1)
  },
)
