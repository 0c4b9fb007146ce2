import { createHash, randomBytes } from 'node:crypto'
import { globSync } from 'node:fs'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Client } from 'pg'
import { type Migration, migrate } from '../infrastructure/migrate.ts'

/** A migrated database of its own for one test suite. */
export interface SuiteDatabase {
  url: string
  /** Removes it, whoever is still connected. */
  drop(): Promise<void>
}

const services = join(import.meta.dirname, '../..')

const admins = new Map<string, Promise<Client>>()

const connectAdmin = async (server: string): Promise<Client> => {
  const client = new Client({ connectionString: server })
  const forget = () => admins.delete(server)
  client.on('error', forget)
  client.on('end', forget)
  await client.connect()
  ;(client.connection.stream as Socket).unref()
  return client
}

/** One connection to a server for every suite of this process: opening one costs more than all that is done on it. */
const adminOf = (server: string): Promise<Client> => {
  const client = admins.get(server) ?? connectAdmin(server)
  admins.set(server, client)
  client.catch(() => admins.delete(server))
  return client
}

const urlOf = (server: string, database: string): string => {
  const url = new URL(server)
  url.pathname = `/${database}`
  return url.toString()
}

const templates = new Map<string, Promise<string>>()

/** The migrated database that others are copied from, in a fourth of the time; one for all workers. */
const templateOf = (server: string, migrations: readonly Migration[]): Promise<string> => {
  const hash = createHash('sha256').update(JSON.stringify(migrations)).digest('hex').slice(0, 20)
  const name = `test_template_${hash}`
  const key = `${server} ${name}`
  const made = templates.get(key) ?? makeTemplate(server, name, migrations)
  templates.set(key, made)
  return made
}

const makeTemplate = async (server: string, name: string, migrations: readonly Migration[]): Promise<string> => {
  const admin = await adminOf(server)
  await admin.query('select pg_advisory_lock(hashtext($1))', [name])
  try {
    await migrate(urlOf(server, name), migrations)
  } finally {
    await admin.query('select pg_advisory_unlock(hashtext($1))', [name])
  }
  return name
}

const makeCopy = async (server: string, database: string, migrations: readonly Migration[]): Promise<void> => {
  const template = await templateOf(server, migrations)
  await (await adminOf(server)).query(`create database ${database} template ${template} strategy file_copy`)
}

/** Makes the database of a context of a mesh as the context itself would, in a fourth of the time. */
export const meshDatabase = async (server: string, prefix: string, context: string): Promise<void> => {
  const [file = ''] = globSync('infrastructure/**/migrations.ts', { cwd: join(services, context) })
  const { migrations } = await import(pathToFileURL(join(services, context, file)).href)
  await makeCopy(server, `${prefix}${context}`, migrations)
}

/** Makes a database for a suite on the server that TROUPE_TEST_POSTGRES_URL names; `npm test` starts one. */
export const suiteDatabase = async (name: string, migrations: readonly Migration[] = []): Promise<SuiteDatabase> => {
  const server = process.env.TROUPE_TEST_POSTGRES_URL
  if (!server) throw new Error('TROUPE_TEST_POSTGRES_URL is not set: run `npm test`, or point it at a Postgres server')
  const database = `test_${name.replace(/\W/g, '_').toLowerCase().slice(0, 40)}_${randomBytes(5).toString('hex')}`
  await makeCopy(server, database, migrations)
  const drop = async () =>
    void (await (await adminOf(server)).query(`drop database if exists ${database} with (force)`))
  return { url: urlOf(server, database), drop }
}
