const urlOf = (rpc) => new URL(`/troupe.collaboration.v1.CollaborationService/${rpc}`, location.origin)
const largestPiece = 512 * 1024
const endOfStream = 2

/** The reason of a `google.rpc.ErrorInfo`: its first field. */
const reasonOf = ({ value = '' }) => {
  const bytes = Uint8Array.from(atob(value), (character) => character.charCodeAt(0))
  return bytes[0] === 0x0a ? new TextDecoder().decode(bytes.subarray(2, 2 + (bytes[1] ?? 0))) : ''
}

const problem = ({ code, message, details = [] }) =>
  Object.assign(new Error(message || code || 'the mesh does not answer'), {
    reason: reasonOf(details.find(({ type }) => type === 'google.rpc.ErrorInfo') ?? {}),
  })

const headersWith = (contentType, token) => ({
  'content-type': contentType,
  'connect-protocol-version': '1',
  ...(token ? { authorization: `Bearer ${token}` } : {}),
})

/** Makes a call by Connect's unary protocol. Throws an Error with the mesh's reason. */
export const call = async (rpc, request, token) => {
  const response = await fetch(urlOf(rpc), {
    method: 'POST',
    headers: headersWith('application/json', token),
    body: JSON.stringify(request),
  })
  const answer = await response.json().catch(() => ({}))
  if (!response.ok) throw problem(answer)
  return answer
}

const enveloped = (message) => {
  const bytes = new TextEncoder().encode(JSON.stringify(message))
  const header = new DataView(new ArrayBuffer(5))
  header.setUint32(1, bytes.length)
  return [header.buffer, bytes]
}

const base64 = async (piece) => {
  const bytes = new Uint8Array(await piece.arrayBuffer())
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text)
}

/** What a stream of answers holds: messages, and at its end maybe an error. */
const messagesOf = (buffer) => {
  const view = new DataView(buffer)
  const messages = []
  for (let from = 0; from + 5 <= buffer.byteLength; ) {
    const [flags, length] = [view.getUint8(from), view.getUint32(from + 1)]
    const message = JSON.parse(new TextDecoder().decode(buffer.slice(from + 5, from + 5 + length)) || '{}')
    if (!(flags & endOfStream)) messages.push(message)
    else if (message.error) throw problem(message.error)
    from += 5 + length
  }
  return messages
}

/** Sends a file by a client stream: first what it is, then its pieces. Browsers send it as one body. */
export const upload = async (rpc, about, file, token) => {
  const body = enveloped(about)
  for (let from = 0; from < file.size; from += largestPiece)
    body.push(...enveloped({ data: await base64(file.slice(from, from + largestPiece)) }))
  const response = await fetch(urlOf(rpc), {
    method: 'POST',
    headers: headersWith('application/connect+json', token),
    body: new Blob(body),
  })
  if (!response.ok) throw problem(await response.json().catch(() => ({})))
  const [answer] = messagesOf(await response.arrayBuffer())
  if (!answer) throw problem({})
  return answer
}
