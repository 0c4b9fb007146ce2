// Loaded before a process of the mesh by `--import`: host names with several addresses, as a cluster's DNS has them.
import dns, { type LookupAddress, type LookupOptions } from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'

const names = new Map(
  (process.env.CHAOS_NAMES ?? '')
    .split(';')
    .filter(Boolean)
    .map((entry) => entry.split('=', 2) as [string, string]),
)
const original = dns.promises.lookup as (name: string, options?: LookupOptions) => Promise<unknown>

const lookup = async (name: string, options?: LookupOptions): Promise<unknown> => {
  const known = names.get(name)
  if (!known) return original(name, options)
  const addresses: LookupAddress[] = known.split(',').map((address) => ({ address, family: 4 }))
  return options?.all ? addresses : addresses[0]
}

Object.assign(dns.promises, { lookup })
syncBuiltinESMExports()
