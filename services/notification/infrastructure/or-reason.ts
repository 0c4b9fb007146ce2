import { Code, ConnectError } from '@connectrpc/connect'
import { ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.ts'

/** What a context answers, or why it says that nothing is to be sent any more. */
export const orReason = async <T>(ask: () => Promise<T>): Promise<T | { reason: string }> => {
  try {
    return await ask()
  } catch (error) {
    if (!(error instanceof ConnectError) || ![Code.NotFound, Code.FailedPrecondition].includes(error.code)) throw error
    return { reason: error.findDetails(ErrorInfoSchema)[0]?.reason ?? 'LINK_REFUSED' }
  }
}
