import type { Database } from '#shared/infrastructure/database.ts'
import { addressKey } from '#shared/infrastructure/network-address.ts'
import { type Failures, forgetAfterMs, type LoginFailures } from '../domain/login-throttle.ts'
import type { KeyedHash } from './keyed-hash.ts'

const accountAllowance = 5
// Many people may share an address.
const addressAllowance = 20

/** What failures are counted by: hashes, so that nobody's address stands there. */
export interface FailureKeys {
  account(emailKey: string): Buffer
  address(address: string): Buffer
}

export const createFailureKeys = (hash: KeyedHash): FailureKeys => ({
  account: (emailKey) => hash('login-account', emailKey),
  address: (address) => hash('login-address', addressKey(address)),
})

/**
 * Failed sign-ins, counted in statements of their own. `scale` multiplies what an address is allowed, as it does rate
 * limits.
 */
export const createLoginFailures = (database: Database, keys: FailureKeys, scale: number): LoginFailures => ({
  of: async (emailKey, address) => {
    const account = keys.account(emailKey)
    const rows = await database.sql<{ key: Buffer; failures: number; last_at: Date }>(
      'select key, failures, last_at from login_failures where key in ($1, $2)',
      account,
      keys.address(address),
    )
    return rows.map(
      ({ key, failures, last_at }): Failures => ({
        count: failures,
        lastAt: last_at,
        allowance: key.equals(account) ? accountAllowance : addressAllowance * scale,
      }),
    )
  },
  record: async (emailKey, address, now) => {
    // Sorted, so that two statements never wait for each other in a circle.
    const [first, second] = [keys.account(emailKey), keys.address(address)].sort(Buffer.compare)
    await database.sql(
      `insert into login_failures as f (key, failures, last_at) values ($1, 1, $3), ($2, 1, $3)
       on conflict (key) do update set
         failures = case when f.last_at < $4 then 1 else f.failures + 1 end, last_at = greatest(f.last_at, $3)`,
      first,
      second,
      now,
      new Date(now.getTime() - forgetAfterMs),
    )
  },
  clear: async (emailKey) => {
    await database.sql('delete from login_failures where key = $1', keys.account(emailKey))
  },
})
