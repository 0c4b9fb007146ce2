import type { Transport } from '@connectrpc/connect'

/** A transport that is looked up at each call: contexts of one process start one after another. */
export const firstOf = (find: () => Transport | undefined): Transport => {
  const transport = () => {
    const found = find()
    if (!found) throw new Error('identity runs nowhere known: set TROUPE_IDENTITY_URL')
    return found
  }
  return {
    unary: (...call) => transport().unary(...call),
    stream: (...call) => transport().stream(...call),
  }
}
