import { call, upload } from './rpc.js'

const token = new URLSearchParams(location.search).get('token') ?? ''
const at = (id) => document.getElementById(id)
const say = (id, text) => {
  at(id).textContent = text
}

const ended = {
  INVITATION_INVALID: 'This link leads to no invitation. Was all of it copied?',
  INVITATION_EXPIRED: 'Nobody answered this invitation in time. Ask for a new one.',
  INVITATION_DECLINED: 'You have said no to this invitation.',
  INVITATION_REVOKED: 'This invitation was taken back.',
  INVITATION_TAKEN: 'Somebody with an account has taken up this invitation. Sign in with that account to go on.',
  SESSION_OVER: 'All is recorded. Thank you!',
}

const statuses = {
  LINE_STATUS_OPEN: 'not recorded yet',
  LINE_STATUS_PENDING: 'waits to be listened to',
  LINE_STATUS_APPROVED: 'approved',
}

let guest = ''
let sessionId = ''
let recorder
let recording

const show = (...ids) => {
  for (const id of ['accept', 'studio']) at(id).hidden = !ids.includes(id)
}

const over = (error) => {
  show()
  say('about', ended[error.reason] ?? error.message)
}

const showLines = async () => {
  const { session, lines = [] } = await call('GetSession', { sessionId, pageSize: 200 }, guest)
  const items = lines.map(({ text, status }) => {
    const item = document.createElement('li')
    const note = document.createElement('small')
    item.textContent = text
    note.textContent = statuses[status] ?? ''
    item.append(note)
    return item
  })
  at('lines').replaceChildren(...items)
  const isOpen = lines.some(({ status }) => status === 'LINE_STATUS_OPEN')
  at('record').disabled = !isOpen
  if (session.status !== 'SESSION_STATUS_ACTIVE') say('about', ended.SESSION_OVER)
}

const enter = async (displayName) => {
  const accepted = await call('AcceptInvitation', { token, displayName })
  guest = accepted.guestToken
  sessionId = accepted.session.id
  show('studio')
  await showLines()
}

const record = async () => {
  if (recorder?.state === 'recording') return recorder.stop()
  const stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: false } })
  const pieces = []
  recorder = new MediaRecorder(stream)
  recorder.ondataavailable = ({ data }) => pieces.push(data)
  recorder.onstop = () => {
    for (const track of stream.getTracks()) track.stop()
    recording = new Blob(pieces, { type: recorder.mimeType })
    const player = new Audio(URL.createObjectURL(recording))
    player.controls = true
    at('listen').replaceChildren(player)
    at('listen').hidden = at('send').hidden = false
    at('record').textContent = 'Record again'
    at('record').setAttribute('aria-pressed', 'false')
    say('news', 'Listen to it, and send it when you like it.')
  }
  recorder.start()
  at('record').textContent = 'Stop'
  at('record').setAttribute('aria-pressed', 'true')
  say('news', 'Recording …')
}

const send = async () => {
  at('send').disabled = true
  say('news', 'Sending …')
  try {
    const { contribution } = await upload('SubmitContribution', { sessionId }, recording, guest)
    const { problems = [], lines = [] } = contribution
    const found = `${lines.length} ${lines.length === 1 ? 'line was' : 'lines were'} found in it.`
    const advice = problems.length > 0 ? ` It could be better: ${problems.join('; ')}.` : ''
    say('news', `Thank you! ${found}${advice}`)
    at('send').hidden = at('listen').hidden = true
    await showLines()
  } finally {
    at('send').disabled = false
  }
}

/** What goes wrong is said where one looks. */
const safely = (run, where) => async (event) => {
  event?.preventDefault()
  try {
    await run(event)
  } catch (error) {
    if (error.reason in ended) over(error)
    else say(where, error.message)
  }
}

at('accept').addEventListener(
  'submit',
  safely(() => enter(at('name').value), 'about'),
)
at('decline').addEventListener(
  'click',
  safely(async () => {
    await call('DeclineInvitation', { token })
    over({ reason: 'INVITATION_DECLINED' })
  }, 'about'),
)
at('record').addEventListener('click', safely(record, 'news'))
at('send').addEventListener('click', safely(send, 'news'))

await safely(async () => {
  const { invitation } = await call('GetInvitation', { token })
  const { storyTitle, hostName, characterName, lineCount = 0, status, sessionStatus } = invitation
  say('title', storyTitle)
  say('about', `${hostName} invites you to speak ${characterName}: ${lineCount} ${lineCount === 1 ? 'line' : 'lines'}.`)
  const reason = status.replace('INVITATION_STATUS_', 'INVITATION_')
  if (reason in ended) return over({ reason })
  if (status === 'INVITATION_STATUS_ACCEPTED') return enter('')
  if (sessionStatus !== 'SESSION_STATUS_ACTIVE') return over({ reason: 'SESSION_OVER' })
  show('accept')
}, 'about')()
