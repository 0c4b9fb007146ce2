import type { SendOutcome } from '../../domain/ports.ts'

/** What is sent to a vendor. */
export interface VendorRequest {
  url: string
  headers: Readonly<Record<string, string>>
  body: string | Uint8Array<ArrayBuffer> | URLSearchParams
}

/** What a vendor answered; `body` is its JSON, undefined where there was none that could be read. */
export interface VendorAnswer {
  status: number
  headers: Headers
  body: unknown
}

type NoAnswer = Extract<SendOutcome, { kind: 'busy' | 'unknown' }>

const mostAnswerBytes = 64 * 1024

// What fails before any byte of the request left: names, routes, connections, certificates.
const neverSent =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EAI_NODATA|EHOSTUNREACH|ENETUNREACH|EACCES|UND_ERR_CONNECT_TIMEOUT|ERR_TLS_.*|ERR_SSL_.*|CERT_.*|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_.*)$/

const codeOf = (error: unknown): string => {
  const { cause } = error as { cause?: { code?: unknown } }
  return typeof cause?.code === 'string' ? cause.code : ''
}

const readJson = async (response: Response): Promise<unknown> => {
  let text = ''
  const decoder = new TextDecoder()
  try {
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true })
      if (text.length > mostAnswerBytes) return undefined
    }
    return JSON.parse(text)
  } catch {
    // The status has told what became of the request; the body only says more.
    return undefined
  }
}

/**
 * Posts once, without following redirects or trying again. Gives the answer, or `busy` where the request surely never
 * left, or `unknown` where it may have been received: a cut or silent connection, an abort while waiting.
 */
export const post = async (
  { url, headers, body }: VendorRequest,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<VendorAnswer | NoAnswer> => {
  if (signal.aborted) return { kind: 'busy', reason: 'stopped before it was sent', retryAfterMs: undefined }
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  try {
    const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal: limit })
    return { status: response.status, headers: response.headers, body: await readJson(response) }
  } catch (error) {
    const code = codeOf(error)
    if (neverSent.test(code)) return { kind: 'busy', reason: `cannot be reached: ${code}`, retryAfterMs: undefined }
    const why = limit.aborted ? 'no answer in time' : `connection lost${code && `: ${code}`}`
    return { kind: 'unknown', reason: why }
  }
}
