import type { Ports, SignedToken } from './ports.ts'

/** Exchanges a service's assertion for a token of ten minutes. Throws INVALID_ASSERTION. */
export const issueServiceToken =
  ({ assertions, accessTokens, clock }: Ports) =>
  async (assertion: string): Promise<SignedToken> =>
    accessTokens.forService(await assertions.read(assertion), clock.now())
