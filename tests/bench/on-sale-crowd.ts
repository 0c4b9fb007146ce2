import { Client } from 'pg'
import { uuidv7 } from '../../services/shared/infrastructure/uuid.ts'
import type { Databases } from '../security/stage/databases.ts'
import { goodClaims, type SigningKey, signClaims, signingKeys } from '../security/stage/keys.ts'
import { onDatabase } from './database.ts'
import type { Buyer } from './load/buyers.ts'

/** One in so many has a card that is declined. */
const declinedEvery = 20

interface Person {
  id: string
  methodId: string
}

/** People with a card of the sandbox's on file. */
export const withCards = async (database: string, count: number): Promise<Person[]> => {
  const people = Array.from({ length: count }, () => ({ id: uuidv7(), methodId: uuidv7() }))
  const values = people.map(({ id, methodId }, index) => {
    const last4 = index % declinedEvery === 0 ? '0002' : '4242'
    return `('${methodId}', '${id}', 'sandbox', 'tok_${last4}', 'visa', '${last4}', now())`
  })
  await onDatabase(
    database,
    `insert into payment_methods (id, user_id, provider, token, brand, last4, created_at) values ${values.join(',\n')}`,
    'analyze payment_methods',
  )
  return people
}

/** What they buy with, tokens of ten minutes among it, signed as identity signs them. */
export const buyersOf = (people: readonly Person[], key: SigningKey, now: Date): Buyer[] =>
  people.map(({ id, methodId }) => ({
    token: signClaims(goodClaims(now, id, { sid: uuidv7(), roles: [] }), key),
    paymentMethodId: methodId,
  }))

/** The key that the mesh's identity signs with at present. */
export const signingKeyOf = async (database: string, masterKey: string): Promise<SigningKey> => {
  const client = new Client({ connectionString: database })
  await client.connect()
  try {
    const sql = async (_context: string, text: string, ...values: unknown[]) => (await client.query(text, values)).rows
    return await signingKeys({ sql } as unknown as Databases, masterKey)(new Date())
  } finally {
    await client.end()
  }
}
