import { openDatabase } from '../infrastructure/database.ts'
import { testLog } from './fixture.ts'

// A program of its own (with --expose-gc): in a worker of the tests, what other files left behind is collected too.
// Prints for each kind how many bytes a statement leaves behind that only a full collection takes away.

const statements = 2000
const collect = globalThis.gc
if (!collect) throw new Error('left-behind.ts runs with --expose-gc')

const left = async (kind: 'sql' | 'look'): Promise<number> => {
  const database = openDatabase({ url: process.argv[2] ?? '', poolSize: 1, entities: [], log: testLog })
  const run = async () => {
    for (let n = 0; n < statements; n += 1) await database[kind]('select $1::int as n', n)
  }
  await run()
  for (let round = 0; round < 4; round += 1) collect()
  await run()
  // Whatever is young and let go goes with the first; whatever survives two is old.
  for (let round = 0; round < 3; round += 1) collect({ type: 'minor' })
  const withOld = process.memoryUsage().heapUsed
  collect()
  await database.close()
  return (withOld - process.memoryUsage().heapUsed) / statements
}

console.log(JSON.stringify({ sql: await left('sql'), look: await left('look') }))
