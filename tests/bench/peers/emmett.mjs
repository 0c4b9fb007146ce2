import { randomUUID } from 'node:crypto'
import { projections } from '@event-driven-io/emmett'
import { getPostgreSQLEventStore, pongoSingleStreamProjection } from '@event-driven-io/emmett-postgresql'
import { pongoClient } from '@event-driven-io/pongo'
import { answer } from '../answers.ts'

// emmett's event store with an inline projection, called within the process: no network, no server.

const [database] = process.argv.slice(2)

const pages = pongoSingleStreamProjection({
  collectionName: 'pages',
  canHandle: ['PageCreated'],
  evolve: (_page, { data }) => ({ ...data }),
})
const store = getPostgreSQLEventStore(database, { projections: projections.inline([pages]) })
const collection = pongoClient(database).db().collection('pages')
const known = []

const create = async ({ authorId, title, content }) => {
  const id = randomUUID()
  const data = { authorId, title, content, createdAt: new Date().toISOString() }
  await store.appendToStream(id, [{ type: 'PageCreated', data }])
  if (known.length < 10_000) known.push(id)
}

const get = async () => {
  const page = await collection.findOne({ _id: known[Math.floor(Math.random() * known.length)] })
  if (page?.content?.length !== 1024) throw new Error('there is no whole page')
}

const run = async ({ action, inputs, callers, seconds }) => {
  // It makes its tables with the first one; where many are the first at once, all but one fail.
  if (known.length === 0) await create(inputs[0])
  let count = 0
  const began = performance.now()
  const end = began + seconds * 1000
  const caller = async () => {
    while (performance.now() < end) {
      await (action === 'create' ? create(inputs[0]) : get())
      count += 1
    }
  }
  await Promise.all(Array.from({ length: callers }, caller))
  return { perSecond: (count * 1000) / (performance.now() - began), count }
}

answer(undefined, { run })
