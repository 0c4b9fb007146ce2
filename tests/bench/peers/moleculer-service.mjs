import moleculer from 'moleculer'
import pg from 'pg'
import { answer } from '../answers.ts'
import { newPage } from './page-rows.mjs'

// A Moleculer node that answers over NATS, with pg as it comes: parameters, a transaction, no names for statements.

const [database, natsUrl] = process.argv.slice(2)
const pool = new pg.Pool({ connectionString: database })

const insertPage =
  'insert into pages (id, author_id, title, content, created_at, revision) values ($1, $2, $3, $4, $5, $6)'
const insertEvent = `insert into event_store (id, stream_id, stream_type, event_type, event_data, event_metadata,
    event_version, occurred_at, payload) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning position`
const insertOutbox = 'insert into outbox (position) values ($1)'
const selectPage =
  'select id, author_id as "authorId", title, content, created_at as "createdAt" from pages where id = $1'

const create = async ({ params }) => {
  const { page, event } = newPage(params)
  const client = await pool.connect()
  try {
    await client.query('begin')
    await client.query(insertPage, Object.values(page))
    const { rows } = await client.query(insertEvent, Object.values(event))
    await client.query(insertOutbox, [rows[0].position])
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }
  return page
}

const get = async ({ params }) => {
  const { rows } = await pool.query(selectPage, [params.id])
  return rows[0]
}

const broker = new moleculer.ServiceBroker({ nodeID: 'pages', transporter: natsUrl, logger: false })
broker.createService({ name: 'pages', actions: { create, get } })
await broker.start()
answer(undefined)
