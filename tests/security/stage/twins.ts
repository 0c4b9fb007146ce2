import type { Databases } from './databases.ts'
import type { Person } from './people.ts'

/** Puts a copy of a row beside it, with some columns changed. */
const copyRow = (databases: Databases, table: string, id: string, changed: object) =>
  databases.sql(
    'identity',
    `insert into ${table} select (jsonb_populate_record(original, $2::jsonb)).* from ${table} original where id = $1`,
    id,
    JSON.stringify(changed),
  )

interface Parts {
  databases: Databases
  tokenFor(subject: string, roles: readonly string[], sessionId: string): Promise<string>
}

/** Somebody like a person, with the same password but an account and a session of their own: hashing takes long. */
export const twinOf = async ({ databases, tokenFor }: Parts, person: Person): Promise<Person> => {
  const [id, sessionId] = [crypto.randomUUID(), crypto.randomUUID()]
  const email = `${crypto.randomUUID()}@example.com`
  const phone = `+43${String(Math.random()).slice(2, 13)}`
  await copyRow(databases, 'users', person.id, { id, email, email_key: email, phone })
  await copyRow(databases, 'sessions', person.sessionId, { id: sessionId, user_id: id })
  const token = await tokenFor(id, [], sessionId)
  return { ...person, id, email, sessionId, token, refreshToken: '', secrets: [email, phone] }
}
