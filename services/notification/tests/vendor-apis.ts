import { createECDH, createHash, generateKeyPairSync } from 'node:crypto'
import { importSPKI, jwtVerify } from 'jose'
import { type Answer, basic, form, json, type Received } from '#shared/tests/stand-in.ts'
import { vapidClaims } from './push-receiver.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
const vapidPair = createECDH('prime256v1')
vapidPair.generateKeys()

/** The accounts that the stand-ins know. */
export const accounts = {
  sendgrid: { apiKey: 'SG.key' },
  mailgun: { apiKey: 'mg-key', domain: 'mg.troupe.example' },
  twilio: { accountSid: 'AC123', authToken: 'tw-token' },
  messagebird: { accessKey: 'mb-key' },
  google: {
    projectId: 'troupe-1',
    clientEmail: 'push@troupe-1.example',
    privateKey,
    privateKeyId: 'kid-1',
  },
  vapid: {
    publicKey: vapidPair.getPublicKey().toString('base64url'),
    privateKey: vapidPair.getPrivateKey().toString('base64url'),
    subject: 'mailto:ops@troupe.example',
  },
}

const isAddress = (text: string) => /^[^\s@]+@[^\s@]+\.[a-z]+$/.test(text)
const isNumber = (text: string) => /^\+?[1-9]\d{6,14}$/.test(text)

export const sendgridApi = (request: Received): Answer => {
  const errors = (status: number, field: string | null, message: string) => ({
    status,
    body: { errors: [{ message, field, help: null }] },
  })
  if (request.path !== '/v3/mail/send') return errors(404, null, 'Not Found')
  if (request.headers.authorization !== `Bearer ${accounts.sendgrid.apiKey}`)
    return errors(401, null, 'The provided authorization grant is invalid, expired, or revoked')
  const { personalizations, subject, content } = json(request)
  const { email } = personalizations[0].to[0]
  if (!isAddress(email))
    return errors(400, 'personalizations.0.to.0.email', `Does not contain a valid address: ${email}`)
  if (!subject) return errors(400, 'subject', 'The subject is required.')
  // The API wants the plain text first.
  if (content[0].type !== 'text/plain') return errors(400, 'content', 'text/plain must come first')
  return { status: 202, headers: { 'x-message-id': '14c5d75ce93.dfd.64b469' } }
}

export const mailgunApi = (request: Received): Answer => {
  if (request.headers.authorization !== basic('api', accounts.mailgun.apiKey)) return { status: 401, body: 'Forbidden' }
  if (request.path !== `/v3/${accounts.mailgun.domain}/messages`)
    return { status: 404, body: { message: 'Domain not found' } }
  const { to = '', subject, 'h:Message-Id': id } = form(request)
  if (!isAddress(to))
    return { status: 400, body: { message: `to parameter is not a valid address. please check documentation (${to})` } }
  if (!subject) return { status: 400, body: { message: 'subject parameter is missing' } }
  return { status: 200, body: { id, message: 'Queued. Thank you.' } }
}

export const twilioApi = (request: Received): Answer => {
  const { accountSid, authToken } = accounts.twilio
  const error = (status: number, code: number, message: string) => ({ status, body: { code, message, status } })
  if (request.headers.authorization !== basic(accountSid, authToken)) return error(401, 20003, 'Authenticate')
  if (request.path !== `/2010-04-01/Accounts/${accountSid}/Messages.json`) return error(404, 20404, 'not found')
  const { To = '', Body } = form(request)
  if (To === '+15005550009') return error(400, 21610, `Attempt to send to unsubscribed recipient ${To}`)
  if (!isNumber(To)) return error(400, 21211, `The 'To' number ${To} is not a valid phone number.`)
  if (!Body) return error(400, 21602, 'Message body is required.')
  return { status: 201, body: { sid: 'SM1', status: 'queued', to: To } }
}

export const messageBirdApi = (request: Received): Answer => {
  const error = (status: number, code: number, parameter: string | null, description: string) => ({
    status,
    body: { errors: [{ code, description, parameter }] },
  })
  if (request.headers.authorization !== `AccessKey ${accounts.messagebird.accessKey}`)
    return error(401, 2, 'access_key', 'Request not allowed (incorrect access_key)')
  if (request.path !== '/messages') return error(404, 98, null, 'API not found')
  const { recipients, body, originator } = json(request)
  if (!isNumber(recipients[0])) return error(422, 9, 'recipients', `no (correct) recipients found: ${recipients[0]}`)
  if (!body) return error(422, 9, 'body', 'body is required')
  return { status: 201, body: { id: 'mb-1', originator, recipients: { totalCount: 1 } } }
}

/** FCM and Google's token endpoint in one. A token is good until the next is given out. */
export const createFcmApi = (now: () => Date) => {
  let tokens = 0
  const error = (status: number, code: string, message: string, details: object[] = []) => ({
    status,
    body: { error: { code: status, message, status: code, details } },
  })
  const fcm = (errorCode: string) => [{ '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode }]
  const token = async (request: Received): Promise<Answer> => {
    const { grant_type, assertion = '' } = form(request)
    const { payload } = await jwtVerify(assertion, await importSPKI(publicKey, 'RS256'), {
      issuer: accounts.google.clientEmail,
      audience: `http://${request.headers.host}/token`,
      currentDate: now(),
      maxTokenAge: '1h',
    })
    if (grant_type !== 'urn:ietf:params:oauth:grant-type:jwt-bearer') throw new Error('another grant')
    if (!String(payload.scope).endsWith('/firebase.messaging')) throw new Error('another scope')
    tokens += 1
    return { status: 200, body: { access_token: `ya29.${tokens}`, expires_in: 3599, token_type: 'Bearer' } }
  }
  return {
    tokens: () => tokens,
    handle: async (request: Received): Promise<Answer> => {
      if (request.path === '/token')
        return token(request).catch(({ message }) => ({
          status: 400,
          body: { error: 'invalid_grant', error_description: message },
        }))
      if (request.headers.authorization !== `Bearer ya29.${tokens}`)
        return error(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials')
      if (request.path !== `/v1/projects/${accounts.google.projectId}/messages:send`)
        return error(404, 'NOT_FOUND', 'Requested entity was not found.')
      const { message } = json(request)
      if (message.token === 'gone') return error(404, 'NOT_FOUND', 'gone', fcm('UNREGISTERED'))
      if (message.token === 'other') return error(403, 'PERMISSION_DENIED', 'other', fcm('SENDER_ID_MISMATCH'))
      const badRequest = (...fields: string[]) => [
        { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: fields.map((field) => ({ field })) },
      ]
      if (message.token === 'malformed') {
        const words = 'The registration token is not a valid FCM registration token'
        return error(400, 'INVALID_ARGUMENT', words, fcm('INVALID_ARGUMENT'))
      }
      if (message.token === 'misplaced') {
        const details = [...badRequest('message.token'), ...fcm('INVALID_ARGUMENT')]
        return error(400, 'INVALID_ARGUMENT', 'Request contains an invalid argument.', details)
      }
      if (message.token === 'small' || Buffer.byteLength(JSON.stringify([message.notification, message.data])) > 4096) {
        const details = [...badRequest(), ...fcm('INVALID_ARGUMENT')]
        return error(400, 'INVALID_ARGUMENT', 'Android message is too big', details)
      }
      if (Object.values(message.data).some((value) => typeof value !== 'string'))
        return error(400, 'INVALID_ARGUMENT', 'data', badRequest('message.data[0].value'))
      return { status: 200, body: { name: `projects/${accounts.google.projectId}/messages/1` } }
    },
  }
}

/** A push service of RFC 8030: `/gone` is a subscription that ended. */
export const pushServiceApi = async (request: Received): Promise<Answer> => {
  const { authorization = '', host, ttl, topic = '' } = request.headers
  const claims = await vapidClaims(authorization, accounts.vapid.publicKey, `http://${host}`).catch(() => undefined)
  if (claims?.sub !== accounts.vapid.subject) return { status: 403 }
  if (request.path === '/gone') return { status: 410 }
  if (!ttl || !/^[\w-]{0,32}$/.test(topic)) return { status: 400 }
  if (request.body.length > 4096) return { status: 413 }
  const id = createHash('sha256').update(request.body).digest('hex')
  return { status: 201, headers: { location: `http://${host}/m/${id}` } }
}
