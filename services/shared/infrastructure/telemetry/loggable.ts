const secretKey = /passw(or)?d|secret|authorization|cookie|api[-_]?key|tokens?$/i
const redacted = '[redacted]'
const maxDepth = 10

/**
 * A copy of `value` that can be written as JSON: values under keys that name secrets (passwords, tokens, API keys,
 * authorization headers, cookies) are replaced, errors become name, message, stack, cause, and cycles end.
 */
export const loggable = (value: unknown): unknown => render(value, [])

const render = (value: unknown, ancestors: object[]): unknown => {
  if (typeof value === 'bigint' || typeof value === 'symbol') return value.toString()
  if (typeof value === 'function') return `[function ${value.name}]`
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  if (value instanceof URL) return value.origin + value.pathname
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  if (ancestors.includes(value)) return '[circular]'
  if (ancestors.length >= maxDepth) return '[too deep]'
  ancestors.push(value)
  const rendered = renderMembers(value, ancestors)
  ancestors.pop()
  return rendered
}

const renderMembers = (value: object, ancestors: object[]): unknown => {
  if (value instanceof Error) return renderError(value, ancestors)
  if (Array.isArray(value)) return value.map((item) => render(item, ancestors))
  if (value instanceof Set) return Array.from(value, (item) => render(item, ancestors))
  const entries = value instanceof Map ? value : Object.entries(value)
  const copy: Record<string, unknown> = {}
  for (const [key, member] of entries) {
    copy[String(key)] = secretKey.test(String(key)) ? redacted : render(member, ancestors)
  }
  return copy
}

/** Of an error's own properties only `code` and `reason`: drivers attach rows and parameters, which are personal data. */
const renderError = (error: Error & { code?: unknown; reason?: unknown; errors?: unknown }, ancestors: object[]) => ({
  name: error.name,
  message: error.message,
  ...(isPlain(error.code) && { code: error.code }),
  ...(isPlain(error.reason) && { reason: error.reason }),
  stack: error.stack,
  ...(error.cause !== undefined && { cause: render(error.cause, ancestors) }),
  ...(error instanceof AggregateError && { errors: render(error.errors, ancestors) }),
})

const isPlain = (value: unknown): value is string | number => typeof value === 'string' || typeof value === 'number'
